import { type Configuration, type ConfigurationSources, configurationNamespace } from "../config";
import { type connect, transportOf } from "../connection";
import { parseDuration } from "../duration";
import { metaOf } from "../dynamic/hidden-inputs";
import type { CheckFailure, ConfigureRequest, Properties } from "../dynamic/protocol";
import { readYaml } from "../dynamic/read-yaml";
import { InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import type { Clock } from "../jobs/clock";
import { readConfiguration } from "../read-configuration";
import { forgetOldDeletes } from "../recovery/delete-notes";
import { ResourceIntents } from "../recovery/journal";
import type { LifeSign } from "../recovery/liveness";
import { backendUrl, type Place } from "../recovery/location";
import { Claims } from "../recovery/lock";
import { type IntentFiles, intentFilesInMemory } from "../recovery/record-files";
import type { EngineLink, EngineMessage } from "./engine-link";
import { isUnknown } from "./input-check";
import type { Operation } from "./operation";
import { Progress } from "./progress";

/** A host request, for `pulumi up --debug`. */
const requestLine = (text: string): EngineMessage => ({ severity: "debug", text, urn: undefined, ephemeral: false });

/** What the lifecycles stand on; tests bring their own. */
export interface Surroundings {
  readonly clock: Clock;
  /** What the wall clock says. */
  readonly moment: () => Date;
  readonly link: EngineLink;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connect: typeof connect;
  readonly workingFolder: string;
  /** Opens what was begun. */
  readonly openIntents: (place: Place, configured: string | undefined) => IntentFiles;
  readonly lifeSign: LifeSign;
}

/**
 * The configured hosts, and the one way to each that all resources of a process share.
 *
 * `configure` can be overtaken by a concurrent call, so it only takes note, and every call awaits what was noted. It is called
 * once for each kind of resource, with the same configuration.
 */
export class ConfiguredHost {
  private readonly surroundings: Surroundings;
  private readonly sources: Promise<ConfigurationSources>;
  private configured: (sources: ConfigurationSources) => void = () => {};
  private readonly configurations = new Map<string | undefined, Configuration>();
  private readonly connections = new Map<string | undefined, Promise<HyperVHost>>();
  private kept: { readonly files: IntentFiles; readonly claims: Claims; readonly backend: string } | undefined;
  private hasForgottenDeletes = false;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.sources = new Promise((resolve) => {
      this.configured = resolve;
    });
  }

  /** Takes note of the stack's configuration. */
  configure({ config }: ConfigureRequest): void {
    const keyPrefix = `${configurationNamespace}:`;
    // private to the SDK, and the only way to see keys that nobody knows; without it they just go unnoticed
    const all = Object.keys((config as { rawConfig?: object }).rawConfig ?? {});
    this.configured({
      get: (name) => config.get(keyPrefix + name),
      stackKeys: all.filter((key) => key.startsWith(keyPrefix)).map((key) => key.slice(keyPrefix.length)),
      environment: this.surroundings.environment,
    });
  }

  /**
   * What is configured for the connection that a resource names, or for the default one.
   *
   * @throws {@link InvalidArgumentError} when the configuration is wrong, or has no such connection.
   */
  async configurationOf({ connection }: Properties): Promise<Configuration> {
    const name = typeof connection === "string" ? connection : undefined;
    const configuration = this.configurations.get(name) ?? readConfiguration(await this.sources, name);
    this.configurations.set(name, configuration);
    return configuration;
  }

  /** Checks that inputs lead to a host: a wrong name is a failure of the input, a wrong configuration is thrown. */
  async checkConnection(inputs: Properties): Promise<CheckFailure[]> {
    if (isUnknown(inputs["connection"])) return [];
    await this.configurationOf({});
    try {
      transportOf(await this.configurationOf(inputs));
      return [];
    } catch (error) {
      if (typeof inputs["connection"] !== "string" || !InvalidArgumentError.isInstance(error)) throw error;
      const { answer, remedy } = error.parts;
      return [{ property: "connection", reason: `${answer}. ${remedy}` }];
    }
  }

  /** Makes ready what one call of the engine works with; connects where nobody has yet, or the last attempt failed. */
  async begin(properties: Properties): Promise<Operation> {
    const { clock, moment, link, connect } = this.surroundings;
    const configuration = await this.configurationOf(properties);
    const { connection } = configuration;
    const host =
      this.connections.get(connection) ?? connect(configuration, clock, (text) => link.send(requestLine(text)));
    this.connections.set(connection, host);
    host.catch(() => this.connections.delete(connection));
    return {
      host: await host,
      clock,
      moment,
      progress: new Progress(link, clock, metaOf(properties).urn),
      lostAnswerSearchMs: parseDuration(configuration.lostAnswerSearch) ?? 0,
      resumeWithinMs: parseDuration(configuration.resumeWithin) ?? 0,
    };
  }

  /**
   * What was begun for a resource.
   *
   * @param properties - Whose `__meta` tells the URN. Without one nothing can be found again, and nothing is kept.
   */
  async intentsOf(properties: Properties): Promise<ResourceIntents> {
    const { clock, lifeSign } = this.surroundings;
    const { urn, organization = "organization" } = metaOf(properties);
    const forgetful = intentFilesInMemory();
    const { files, claims, backend } =
      urn === undefined
        ? { files: forgetful, claims: new Claims(forgetful, clock, lifeSign), backend: "" }
        : await this.keep();
    return new ResourceIntents({
      files,
      claims,
      who: { organization, urn: urn ?? "", backend },
    });
  }

  /** Forgets the notes of deletes that nobody will ask for, once in the life of a process: there is no hurry. */
  async forgetOldDeletes(): Promise<void> {
    if (this.hasForgottenDeletes || !this.kept) return;
    this.hasForgottenDeletes = true;
    await forgetOldDeletes(this.kept.files, this.surroundings.moment()).catch(() => {}); // the next process tries it again
  }

  /** Closes every connection, lets what is being written be written, then gives up the right to work on anything: nothing more can be asked of a host. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.connections.values()].map(async (host) => (await host).session.close()));
    await this.kept?.files.settled();
    await this.kept?.claims.releaseAll();
  }

  private async keep(): Promise<NonNullable<ConfiguredHost["kept"]>> {
    const { clock, lifeSign, environment, workingFolder, openIntents } = this.surroundings;
    const { intents } = await this.configurationOf({});
    const place = { environment, workingFolder };
    if (!this.kept) {
      const files = openIntents(place, intents);
      this.kept = { files, claims: new Claims(files, clock, lifeSign), backend: backendUrl(place, readYaml) };
    }
    return this.kept;
  }
}
