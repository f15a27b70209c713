import { randomUUID } from "node:crypto";
import type { CimInstance } from "../../cim/cim-instance";
import { Hresult } from "../../schema/hresults";
import type { Xml } from "../../soap/write-xml";
import { ServiceFault } from "./soap-fault";

/** The remaining items of an enumeration. */
interface Enumeration {
  readonly items: readonly CimInstance[];
  readonly write: (item: CimInstance) => Xml;
  at: number;
  usedAt: number;
}

/** The next items of an enumeration. */
export interface Batch {
  readonly items: readonly Xml[];
  readonly isLast: boolean;
}

/** How long an enumeration is kept after its last pull: Windows' documented default. */
export const forgottenAfterMs = 60_000;

/** Holds the open enumerations of all clients. */
export class Enumerations {
  private readonly begun = new Map<string, Enumeration>();

  /** Opens an enumeration. @returns Its context. */
  open(items: readonly CimInstance[], write: (item: CimInstance) => Xml): string {
    this.forgetOld();
    const context = `uuid:${randomUUID().toUpperCase()}`;
    this.begun.set(context, { items, write, at: 0, usedAt: Date.now() });
    return context;
  }

  /**
   * Returns the next items: at least one, if there is any.
   *
   * @param most - The largest number of items.
   * @param room - The largest size of all items in bytes.
   * @throws {@link ServiceFault} when the enumeration doesn't exist, or the next item alone is too large.
   */
  next(context: string, most: number, room: number): Batch {
    this.forgetOld();
    const enumeration = this.begun.get(context);
    if (!enumeration) throw new ServiceFault("InvalidEnumerationContext", null);
    const items: Xml[] = [];
    let length = 0;
    while (items.length < most && enumeration.at < enumeration.items.length) {
      const item = enumeration.write(enumeration.items[enumeration.at] as CimInstance);
      length += Buffer.byteLength(item.text);
      if (length > room && items.length > 0) break;
      if (length > room) throw new ServiceFault("EncodingLimit", Hresult.ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED);
      items.push(item);
      enumeration.at += 1;
    }
    enumeration.usedAt = Date.now();
    const isLast = enumeration.at === enumeration.items.length;
    if (isLast) this.begun.delete(context);
    return { items, isLast };
  }

  /** Discards an enumeration. */
  release(context: string): void {
    this.begun.delete(context);
  }

  /** Counts the open enumerations. */
  get count(): number {
    return this.begun.size;
  }

  private forgetOld(): void {
    for (const [context, { usedAt }] of this.begun) {
      if (Date.now() - usedAt > forgottenAfterMs) this.begun.delete(context);
    }
  }
}
