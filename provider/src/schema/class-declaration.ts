/** One property of a CIM class as the host's schema declares it. */
export interface PropertyDeclaration {
  /** CIM type: `string`, `uint16`, `datetime`, `ref CIM_Collection`, with `[]` behind it for an array. */
  readonly type: string;
  /** Whether the property is part of the instance's key. */
  readonly key?: true;
  /** First host build that has it, where that is later than the class's own. */
  readonly since?: number;
}

/** One parameter of a method. */
export interface ParameterDeclaration {
  /** CIM type, as for a property. */
  readonly type: string;
  /** Which way the value travels. */
  readonly direction: "in" | "out" | "in/out";
}

/** One method of a CIM class, its parameters in the order of the MOF. */
export interface MethodDeclaration {
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  /** First host build that has it, where that is later than the class's own. */
  readonly since?: number;
}

/** One CIM class: what it adds to its superclass. */
export interface ClassDeclaration {
  readonly superclass: string | null;
  /** First host build that has the class. */
  readonly since: number;
  readonly association?: true;
  readonly properties: Readonly<Record<string, PropertyDeclaration>>;
  readonly methods: Readonly<Record<string, MethodDeclaration>>;
}
