import { classChain, declaredClassName, methodOf, propertiesOf } from "../cim/cim-class";
import type { MethodDeclaration, PropertyDeclaration } from "../schema/class-declaration";
import { classDeclarations } from "../schema/class-declarations";

/**
 * Holds the classes of one host build, without those of later builds.
 *
 * It looks up every name without regard to case and returns the schema's spelling.
 */
export class HostSchema {
  readonly build: number;
  private readonly served = new Map<string, Readonly<Record<string, PropertyDeclaration>>>();
  private readonly keyNames = new Map<string, readonly string[]>();
  private readonly endNames = new Map<string, readonly string[]>();
  private readonly ancestors = new Map<string, ReadonlySet<string>>();

  constructor(build: number) {
    this.build = build;
  }

  /** Returns the class's name in the schema's spelling, or `undefined` if this build doesn't have the class. */
  className(name: string): string | undefined {
    const declared = declaredClassName(name);
    return declared !== undefined && (classDeclarations[declared]?.since ?? 0) <= this.build ? declared : undefined;
  }

  /** Whether a class (in the schema's spelling) is another one, or derives from it. */
  derives(className: string, ancestor: string): boolean {
    const chain = this.ancestors.get(className) ?? new Set(classChain(className));
    this.ancestors.set(className, chain);
    return chain.has(ancestor);
  }

  /** Returns every property that this build serves on a class, inherited ones included. */
  properties(className: string): Readonly<Record<string, PropertyDeclaration>> {
    const known = this.served.get(className);
    if (known !== undefined) return known;
    // behaviour: buildDecidesSchema
    const kept = Object.entries(propertiesOf(className)).filter(([, { since }]) => (since ?? 0) <= this.build);
    const properties = Object.fromEntries(kept);
    this.served.set(className, properties);
    return properties;
  }

  /** Returns a property's name in the schema's spelling, or `undefined` if the class doesn't have it. */
  propertyName(className: string, name: string): string | undefined {
    const properties = this.properties(className);
    if (Object.hasOwn(properties, name)) return name;
    return Object.keys(properties).find((property) => property.toLowerCase() === name.toLowerCase());
  }

  /** Returns the names of a class's keys in the order of hosts' paths, which is alphabetical. */
  keys(className: string): readonly string[] {
    return this.named(this.keyNames, className, ({ key }) => key === true);
  }

  /** Returns the properties of an association that refer to the objects it links; empty for any other class. */
  ends(className: string): readonly string[] {
    const isAssociation = classDeclarations[className]?.association === true;
    return this.named(this.endNames, className, ({ type }) => isAssociation && type.startsWith("ref "));
  }

  /** Returns a method of a class, or `undefined` if this build doesn't have it. */
  method(className: string, methodName: string): MethodDeclaration | undefined {
    const method = methodOf(className, methodName);
    return method !== undefined && (method.since ?? 0) <= this.build ? method : undefined;
  }

  /** Returns the names of certain properties; it computes them once for each class, since every request needs them. */
  private named(
    known: Map<string, readonly string[]>,
    className: string,
    isWanted: (declaration: PropertyDeclaration) => boolean,
  ): readonly string[] {
    const found = known.get(className);
    if (found !== undefined) return found;
    const declared = Object.entries(this.properties(className));
    const names = declared.flatMap(([name, declaration]) => (isWanted(declaration) ? [name] : [])).sort();
    known.set(className, names);
    return names;
  }
}
