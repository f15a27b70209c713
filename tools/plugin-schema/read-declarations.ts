import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Names the package in the tokens of types, resources and functions. */
export const packageName = "hyperv-snapshots";

/** Gives the token of a type, a resource or a function. */
export const token = (name: string) => `${packageName}:index:${name}`;

/** A type as a Pulumi schema writes it. */
export type TypeSpec = Readonly<Record<string, unknown>>;

/** A property as a Pulumi schema writes it, and whether it always has a value. */
export interface DeclaredProperty {
  readonly spec: TypeSpec & { readonly description: string };
  readonly isRequired: boolean;
}

/** The properties of an interface or a class, by name. */
export type Declaration = ReadonlyMap<string, DeclaredProperty>;

/** Reads the package's own TypeScript declarations, so that the schema repeats neither a type nor a description. */
export class Declarations {
  private readonly checker: ts.TypeChecker;
  private readonly nodes = new Map<string, Declared>();

  /** @param sourceFolder - The provider's `src`. */
  constructor(sourceFolder: string) {
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.Node16,
      target: ts.ScriptTarget.ES2022,
      skipLibCheck: true,
      types: [],
    };
    const program = ts.createProgram([join(sourceFolder, "index.ts")], options);
    this.checker = program.getTypeChecker();
    for (const file of program.getSourceFiles()) {
      if (!/\/src\/(resources|types|lookups)\/[^/]+\.ts$/.test(file.fileName)) continue;
      for (const statement of file.statements) {
        if (isDeclared(statement) && statement.name) this.nodes.set(statement.name.text, statement);
      }
    }
  }

  /** Describes an interface, a class or a function: its doc comment without examples. */
  description(name: string): string {
    return commentOf(this.node(name));
  }

  /** Reads the properties of an interface, or the declared ones of a class. */
  properties(name: string): Declaration {
    const found = new Map<string, DeclaredProperty>();
    const node = this.node(name);
    for (const member of "members" in node ? node.members : []) {
      const isProperty = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
      if (!isProperty || !member.type || isStatic(member)) continue;
      const { type, mayBeAbsent, note } = this.typeOf(member.type);
      found.set((member.name as ts.Identifier).text, {
        spec: { ...type, description: [commentOf(member), note].filter((text) => text).join(" ") },
        isRequired: !member.questionToken && !mayBeAbsent,
      });
    }
    return found;
  }

  private node(name: string) {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`The package declares no ${name} in resources, types or lookups.`);
    return node;
  }

  /** Maps a type; `note` lists the values of a type that has only some. */
  private typeOf(node: ts.TypeNode): { type: TypeSpec; mayBeAbsent: boolean; note?: string } {
    if (ts.isTypeReferenceNode(node)) return this.typeOfReference(node);
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) return this.typeOf(node.type);
    if (ts.isArrayTypeNode(node)) {
      return { type: { type: "array", items: this.typeOf(node.elementType).type }, mayBeAbsent: false };
    }
    if (ts.isTypeOperatorNode(node)) return this.literals(node);
    if (ts.isUnionTypeNode(node)) return this.typeOfUnion(node);
    const type = keywordTypes.get(node.kind);
    if (!type) throw new Error(`The schema can't say ${node.getText()}.`);
    return { type, mayBeAbsent: type === anyType };
  }

  private typeOfReference(node: ts.TypeReferenceNode): ReturnType<Declarations["typeOf"]> {
    const name = node.typeName.getText().replace(/^(pulumi|input|output)\./, "");
    const [argument] = node.typeArguments ?? [];
    if (argument && (name === "Input" || name === "Output")) return this.typeOf(argument);
    if (name === "Record") return { type: anyType, mayBeAbsent: false };
    return { type: { $ref: `#/types/${token(name)}` }, mayBeAbsent: false };
  }

  private typeOfUnion({ types }: ts.UnionTypeNode): ReturnType<Declarations["typeOf"]> {
    const isAbsence = (node: ts.TypeNode) =>
      node.kind === ts.SyntaxKind.UndefinedKeyword ||
      (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword);
    const mayBeAbsent = types.some(isAbsence);
    // a resource as an input is of the TypeScript class only
    const given = types.filter((node) => !isAbsence(node) && node.getText() !== "VirtualSystemCollection");
    const literals = given.filter(ts.isLiteralTypeNode);
    const others = given.filter((node) => !ts.isLiteralTypeNode(node)).map((node) => this.typeOf(node).type);
    if (others.includes(anyType) || others.some(({ items }) => items === anyType))
      return { type: anyType, mayBeAbsent };
    const all = literals.length > 0 ? [{ type: "string" }, ...others] : others;
    // a number beside names stands for one of the host's integers
    const oneOf = all.map((type) => (all.length > 1 && type["type"] === "number" ? { type: "integer" } : type));
    return {
      type: oneOf.length === 1 ? oneOf[0]! : { oneOf },
      mayBeAbsent,
      ...(others.length === 0 && { note: allowed(literals.map((node) => node.getText())) }),
    };
  }

  private literals(node: ts.TypeNode): ReturnType<Declarations["typeOf"]> {
    const type = this.checker.getTypeFromTypeNode(node);
    const values = type.isUnion() ? type.types : [type];
    return {
      type: { type: "string" },
      mayBeAbsent: false,
      note: allowed(values.map((value) => this.checker.typeToString(value))),
    };
  }
}

/** What the package exports. */
type Declared = ts.InterfaceDeclaration | ts.ClassDeclaration | ts.FunctionDeclaration;

const isDeclared = (node: ts.Statement): node is Declared =>
  ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node);

const anyType: TypeSpec = { $ref: "pulumi.json#/Any" };

const keywordTypes = new Map<ts.SyntaxKind, TypeSpec>([
  [ts.SyntaxKind.StringKeyword, { type: "string" }],
  [ts.SyntaxKind.NumberKeyword, { type: "number" }],
  [ts.SyntaxKind.BooleanKeyword, { type: "boolean" }],
  [ts.SyntaxKind.UnknownKeyword, anyType],
]);

const allowed = (values: readonly string[]) =>
  `Allowed: ${values.map((value) => `\`${value.replaceAll('"', "")}\``).join(", ")}.`;

const isStatic = (member: ts.ClassElement | ts.TypeElement) =>
  ts.canHaveModifiers(member) &&
  (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);

/** Reads a doc comment: its text on one line, without tags. */
function commentOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(comment?.comment) ?? "";
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " ").trim());
  return paragraphs.join("\n\n");
}

/** Reads an example in one of the languages. */
export const exampleText = (file: string) => readFileSync(file, "utf8").trimEnd();
