import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../cim/cim-value";
import type { Redacted } from "../probe-answer";

const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const guidAlone = new RegExp(`^(Microsoft:|\\{)?(${guid.source})(\\})?$`, "i");

/** Hyper-V's own words, which identify no host: its classes, and kinds of system. */
const ownWords = /^((Msvm|CIM)_[A-Za-z]+|Microsoft:Hyper-V:[A-Za-z:]+)$/;

/**
 * Removes from a host's answers what identifies the host.
 *
 * Only numbers and Hyper-V's own words pass. Ids and names become placeholders that stay the same within a recording. Of any
 * other text, only its presence is recorded.
 */
export class Redactor {
  private readonly guids = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private machines = 0;

  /** Gives a machine's name and id their placeholders. */
  machine(machine: { readonly vmId: string; readonly vmName: string }): string {
    this.machines += 1;
    const placeholder = `machine-${this.machines}`;
    this.names.set(machine.vmName.toLowerCase(), placeholder);
    if (!guidAlone.test(machine.vmId)) this.names.set(machine.vmId.toLowerCase(), placeholder);
    return placeholder;
  }

  /** Gives a text that is known a placeholder of its own. */
  name(text: string, placeholder: string): void {
    this.names.set(text.toLowerCase(), placeholder);
  }

  /** Redacts a value. */
  value(value: CimValue): Redacted {
    if (Array.isArray(value)) return (value as readonly CimScalar[]).map((element) => this.value(element));
    const scalar = value as CimScalar;
    if (scalar instanceof CimInstancePath) return this.path(scalar);
    if (typeof scalar === "string") return this.text(scalar);
    return typeof scalar === "bigint" ? "a large number" : scalar;
  }

  private path({ className, keys }: CimInstancePath): string {
    const shown = Object.entries(keys).map(([name, key]) => `${name}=${String(this.value(key))}`);
    return `${ownWords.test(className) ? className : "some class"}.${shown.join(",")}`;
  }

  private text(text: string): string {
    const name = this.names.get(text.toLowerCase());
    if (name !== undefined) return name;
    if (text === "" || ownWords.test(text)) return text;
    const [, before = "", id, after = ""] = guidAlone.exec(text) ?? [];
    return id === undefined ? "some text" : `${before}${this.guid(id.toLowerCase())}${after}`;
  }

  private guid(id: string): string {
    const known = this.guids.get(id) ?? `guid-${this.guids.size + 1}`;
    this.guids.set(id, known);
    return known;
  }
}
