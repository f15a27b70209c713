import type { MethodDeclaration, PropertyDeclaration } from "../schema/class-declaration";
import { classDeclarations } from "../schema/class-declarations";

const spellings = new Map(Object.keys(classDeclarations).map((name) => [name.toLowerCase(), name]));

/** The class's name as the schema spells it, or `undefined` for an unknown class. */
export function declaredClassName(className: string): string | undefined {
  return spellings.get(className.toLowerCase());
}

/** The class and all above it, nearest first. */
export function classChain(className: string): readonly string[] {
  const chain: string[] = [];
  for (let name = declaredClassName(className); name !== undefined; ) {
    chain.push(name);
    name = classDeclarations[name]?.superclass ?? undefined;
  }
  return chain;
}

/** Every property of a class, inherited ones included; a class's own declaration wins over its superclass's. */
export function propertiesOf(className: string): Readonly<Record<string, PropertyDeclaration>> {
  const properties: Record<string, PropertyDeclaration> = {};
  for (const name of classChain(className).toReversed()) {
    for (const [property, declaration] of Object.entries(classDeclarations[name]?.properties ?? {})) {
      // a subclass narrows a key's type without saying again that it is one
      const key = properties[property]?.key ?? declaration.key;
      properties[property] = key ? { ...declaration, key } : declaration;
    }
  }
  return properties;
}

/** The names of a class's keys, in the order of the schema. */
export function keysOf(className: string): readonly string[] {
  return Object.entries(propertiesOf(className)).flatMap(([name, { key }]) => (key ? [name] : []));
}

/** A method by its name, inherited ones included. */
export function methodOf(className: string, methodName: string): MethodDeclaration | undefined {
  for (const name of classChain(className)) {
    const methods = classDeclarations[name]?.methods ?? {};
    const spelled = Object.keys(methods).find((method) => method.toLowerCase() === methodName.toLowerCase());
    if (spelled !== undefined) return methods[spelled];
  }
  return undefined;
}
