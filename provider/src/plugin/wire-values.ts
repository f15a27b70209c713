import { type Json, notKnownYet, type Value, type Values } from "../process/resource-call";

/** Marks an object on the wire as a special value. Source: Pulumi's protocol reference, "Property values". */
const signatureKey = "4dabf18193072939515e22adb298388d";

const signatures = {
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
} as const;

const unknownTexts = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // of any kind
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // a boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // a number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // an array
  "030794c1-ac77-496b-92df-f27374a8bd58", // an asset
  "e48ece36-62e2-4504-bad9-02848725956a", // an archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // an object
]);

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value that can't be used as it came. */
export interface RefusedValue {
  /** Its property, such as `triggers[0].file`. */
  readonly property: string;
  readonly reason: string;
}

/** Properties off the wire. */
export interface Opened {
  readonly values: Values;
  /** The top-level properties that hold a secret at any depth. */
  readonly secrets: ReadonlySet<string>;
  /** The texts among the secrets: none of them may stand in a message. */
  readonly secretTexts: readonly string[];
  readonly refused: readonly RefusedValue[];
}

/** Reads properties off the wire: secrets in plain text with the names of those that are secret, unknown values as a symbol. */
export function openProperties(properties: unknown): Opened {
  const secrets = new Set<string>();
  const secretTexts: string[] = [];
  const refused: RefusedValue[] = [];
  const values = Object.entries((properties ?? {}) as Record<string, unknown>).map(([name, value]) => {
    const onSecret = (secret: Value) => {
      secrets.add(name);
      secretTexts.push(...textsIn(secret));
    };
    return [name, openValue(value, name, { onSecret, onRefused: (one) => refused.push(one) })] as const;
  });
  return { values: Object.fromEntries(values), secrets, secretTexts, refused };
}

interface Opening {
  readonly onSecret: (value: Value) => unknown;
  readonly onRefused: (refused: RefusedValue) => unknown;
}

function openValue(value: unknown, property: string, opening: Opening): Value {
  if (Array.isArray(value)) return value.map((entry, at) => openValue(entry, `${property}[${at}]`, opening));
  if (typeof value === "string" && unknownTexts.has(value)) return notKnownYet;
  if (typeof value !== "object" || value === null) return value as Json;
  if (!(signatureKey in value)) {
    const entries = Object.entries(value).map(([name, entry]) => [
      name,
      openValue(entry, `${property}.${name}`, opening),
    ]);
    return Object.fromEntries(entries);
  }
  return openSpecial(value as Readonly<Record<string, unknown>>, property, opening);
}

function openSpecial(special: Readonly<Record<string, unknown>>, property: string, opening: Opening): Value {
  const refuse = (reason: string) => {
    opening.onRefused({ property, reason });
    return null;
  };
  switch (special[signatureKey]) {
    case signatures.secret: {
      if (!("value" in special)) return refuse("the secret has no value");
      const value = openValue(special["value"], property, opening);
      opening.onSecret(value);
      return value;
    }
    case signatures.output: {
      const value = "value" in special ? openValue(special["value"], property, opening) : notKnownYet;
      if (special["secret"] === true) opening.onSecret(value);
      return value;
    }
    case signatures.asset:
    case signatures.archive:
      return refuse("assets and archives can't be compared; give a hash of the content instead");
    case signatures.resource:
      return refuse("a resource can't be used as a value; give one of its outputs, such as its collectionId");
    default:
      return refuse("it is marked as a special value of a kind that this version doesn't know; update the plugin");
  }
}

/** Shorter texts aren't secrets, and would be found in the middle of words. */
const shortestSecret = 3;

function textsIn(value: Value): readonly string[] {
  if (typeof value === "string") return value.length >= shortestSecret ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Puts `[secret]` in the place of secrets in a message, also of those that it quotes, or that the host spells in another case. */
export function hideSecrets(message: string, secretTexts: readonly string[]): string {
  const forms = new Set(secretTexts.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((text, secret) => text.replaceAll(anyCase(secret), "[secret]"), message);
}

const anyCase = (text: string): RegExp => new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "gi");

/** Puts properties on the wire; those of the given names become secret. */
export function sealProperties(values: Values, secrets: ReadonlySet<string>): Record<string, unknown> {
  const sealed = Object.entries(values).map(([name, value]) => {
    const onWire = sealValue(value);
    return [name, secrets.has(name) ? { [signatureKey]: signatures.secret, value: onWire } : onWire];
  });
  return Object.fromEntries(sealed);
}

function sealValue(value: Value): unknown {
  if (value === notKnownYet) return unknownText;
  if (Array.isArray(value)) return value.map(sealValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, sealValue(entry)]));
}
