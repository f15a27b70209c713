import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A stack of the stand-in. */
interface CloudStack {
  readonly organization: string;
  readonly project: string;
  readonly name: string;
  deployment: unknown;
  isUpdating: boolean;
}

type Answer = object | undefined;

/**
 * Stands in for Pulumi Cloud: as much of its HTTP API as the CLI needs to list and export stacks, and to run `preview`, `up`, `refresh` and `destroy`.
 * Its account is `alice`, and so is her default organization.
 *
 * Source: `backend/httpstate/client` of Pulumi's pkg/v3, 3.259.0.
 */
export class PulumiCloud {
  /** Whether a checkpoint isn't saved: its request is never answered. */
  holds: (checkpoint: string) => boolean = () => false;
  /** Whether such a request has come. */
  isHolding = false;
  private readonly stacks: CloudStack[] = [];
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    server.on("request", async (request: IncomingMessage, response) => {
      const answer = await this.answer(request).catch((error: Error) => ({ code: 500, message: error.message }));
      const found = answer ?? { code: 404, message: `Not Found: ${request.method} ${request.url}` };
      response.writeHead("code" in found ? Number(found.code) : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(found));
    });
  }

  /** @param names - The stacks, as `ORGANIZATION/PROJECT/STACK`. */
  static async start(names: readonly string[]): Promise<PulumiCloud> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const cloud = new PulumiCloud(server);
    for (const path of names) {
      const [organization = "", project = "", name = ""] = path.split("/");
      cloud.stacks.push({ organization, project, name, deployment: null, isUpdating: false });
    }
    return cloud;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  /** Marks a stack as one on which an update runs. */
  setUpdating(path: string, isUpdating: boolean): void {
    this.find(path.split("/"))!.isUpdating = isUpdating;
  }

  /** Gives a stack a resource. */
  setResource(path: string, id: string): void {
    this.find(path.split("/"))!.deployment = { resources: [{ id }] };
  }

  private find([organization, project, name]: readonly string[]): CloudStack | undefined {
    return this.stacks.find(
      (stack) => stack.organization === organization && stack.project === project && stack.name === name,
    );
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://cloud");
    const body = await readJson(request);
    const [, , area, ...path] = pathname.split("/");
    if (area === "capabilities") return { capabilities: [] };
    if (pathname === "/api/user") return { githubLogin: "alice", organizations: [{ githubLogin: "alice" }] };
    if (pathname === "/api/user/organizations/default") return { gitHubLogin: "alice", messages: [] };
    if (pathname === "/api/user/stacks") return { stacks: this.list(searchParams.get("project")) };
    const stack = area === "stacks" ? this.find(path) : undefined;
    return stack && this.answerFor(stack, path.slice(3), body);
  }

  private list(project: string | null): readonly object[] {
    return this.stacks
      .filter((stack) => project === null || stack.project === project)
      .map(({ organization, project: projectName, name: stackName, isUpdating }) => ({
        orgName: organization,
        projectName,
        stackName,
        lastUpdate: isUpdating ? 0 : 1_700_000_000,
      }));
  }

  private answerFor(stack: CloudStack, rest: readonly string[], body: Answer): Answer | Promise<Answer> {
    const { organization: orgName, project: projectName, name: stackName } = stack;
    const [kind, , action] = rest;
    if (kind === undefined) return { id: stackName, orgName, projectName, stackName, tags: {}, version: 1 };
    if (kind === "export") return { version: 3, deployment: stack.deployment };
    if (!["update", "preview", "refresh", "destroy"].includes(kind)) return undefined;
    if (rest.length === 1) {
      // a preview takes no lock on the stack
      stack.isUpdating = !(body as { options: { dryRun: boolean } }).options.dryRun;
      return { updateID: "update-1", requiredPolicies: [] };
    }
    if (rest.length === 2) return { version: 1, token: "token-of-update", tokenExpiration: 4_000_000_000 };
    if (action === "checkpoint") return this.save(stack, body as { deployment: unknown });
    if (action === "complete") stack.isUpdating = false;
    return action === "renew_lease" ? { token: "token-of-update" } : {};
  }

  private save(stack: CloudStack, { deployment }: { deployment: unknown }): Answer | Promise<Answer> {
    if (this.holds(JSON.stringify(deployment))) {
      this.isHolding = true;
      return new Promise(() => {});
    }
    stack.deployment = deployment;
    return {};
  }
}

async function readJson(request: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
  return text.length > 0 ? JSON.parse(text.toString()) : undefined;
}
