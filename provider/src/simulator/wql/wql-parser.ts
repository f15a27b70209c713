import { CimInstancePath } from "../../cim/cim-instance-path";
import { InvalidArgumentError } from "../../errors";
import type {
  AssociatorsQuery,
  ReferencesQuery,
  SelectQuery,
  WqlCondition,
  WqlLiteral,
  WqlOperator,
  WqlQuery,
} from "./wql-query";
import { WqlSyntaxError, type WqlToken, wqlTokens } from "./wql-tokens";

/**
 * Reads a query: `SELECT`, `ASSOCIATORS OF` or `REFERENCES OF`.
 *
 * @throws {@link WqlSyntaxError} saying what was expected, and where.
 */
export function parseWql(text: string): WqlQuery {
  return new WqlParser(wqlTokens(text)).query();
}

/** The deepest nesting: more than any client writes, and too little to exhaust the stack. */
const deepest = 200;

class WqlParser {
  private readonly tokens: readonly WqlToken[];
  private next = 0;
  private depth = 0;

  constructor(tokens: readonly WqlToken[]) {
    this.tokens = tokens;
  }

  query(): WqlQuery {
    const query = this.keyword("SELECT")
      ? this.select()
      : this.keyword("ASSOCIATORS")
        ? this.associators()
        : this.keyword("REFERENCES")
          ? this.references()
          : this.fail("SELECT, ASSOCIATORS OF or REFERENCES OF");
    if (this.peek().kind !== "end") this.fail("the end of the query");
    return query;
  }

  private select(): SelectQuery {
    const properties = this.symbol("*") ? null : this.names();
    this.expectKeyword("FROM");
    const className = this.word("a class name");
    const where = this.keyword("WHERE") ? this.or() : null;
    return { kind: "select", properties, className, where };
  }

  private names(): readonly string[] {
    const names = [this.word("* or a property's name")];
    while (this.symbol(",")) names.push(this.word("a property's name"));
    return names;
  }

  private associators(): AssociatorsQuery {
    const path = this.objectPath();
    const clauses = this.clauses(["AssocClass", "ResultClass", "Role", "ResultRole"]);
    return {
      kind: "associators",
      path,
      ...(clauses["AssocClass"] && { associationClass: clauses["AssocClass"] }),
      ...(clauses["ResultClass"] && { resultClass: clauses["ResultClass"] }),
      ...(clauses["Role"] && { role: clauses["Role"] }),
      ...(clauses["ResultRole"] && { resultRole: clauses["ResultRole"] }),
    };
  }

  private references(): ReferencesQuery {
    const path = this.objectPath();
    const clauses = this.clauses(["ResultClass", "Role"]);
    return {
      kind: "references",
      path,
      ...(clauses["ResultClass"] && { associationClass: clauses["ResultClass"] }),
      ...(clauses["Role"] && { role: clauses["Role"] }),
    };
  }

  private objectPath(): CimInstancePath {
    this.expectKeyword("OF");
    const token = this.peek();
    if (token.kind !== "path") this.fail("an object path in braces");
    this.next += 1;
    try {
      return CimInstancePath.parse(token.text);
    } catch (error) {
      if (!InvalidArgumentError.isInstance(error)) throw error;
      throw new WqlSyntaxError(`an object path in braces (${error.parts.answer})`, token.at);
    }
  }

  /** Reads `WHERE AssocClass = … Role = …`: clauses follow each other without AND. */
  private clauses(allowed: readonly string[]): Readonly<Record<string, string>> {
    const clauses: Record<string, string> = {};
    if (!this.keyword("WHERE")) return clauses;
    do {
      const name = allowed.find((candidate) => this.keyword(candidate)) ?? this.fail(allowed.join(", "));
      if (clauses[name] !== undefined) this.fail(`no second ${name}`);
      if (!this.symbol("=")) this.fail("=");
      clauses[name] = this.word("a name");
    } while (this.peek().kind !== "end");
    return clauses;
  }

  private or(): WqlCondition {
    let left = this.and();
    while (this.keyword("OR")) left = { kind: "or", left, right: this.and() };
    return left;
  }

  private and(): WqlCondition {
    let left = this.unary();
    while (this.keyword("AND")) left = { kind: "and", left, right: this.unary() };
    return left;
  }

  private unary(): WqlCondition {
    this.depth += 1;
    if (this.depth > deepest) this.fail(`no more than ${deepest} nested conditions`);
    const condition = this.keyword("NOT")
      ? ({ kind: "not", condition: this.unary() } as const)
      : this.symbol("(")
        ? this.parenthesised()
        : this.comparison();
    this.depth -= 1;
    return condition;
  }

  private parenthesised(): WqlCondition {
    const condition = this.or();
    if (!this.symbol(")")) this.fail("a closing parenthesis");
    return condition;
  }

  private comparison(): WqlCondition {
    const first = this.literal();
    if (first !== undefined) return this.mirrored(first);
    const property = this.word("a property's name");
    if (this.keyword("IS")) {
      const negated = this.keyword("NOT");
      this.expectKeyword("NULL");
      const isNull = { kind: "isNull", property } as const;
      return negated ? { kind: "not", condition: isNull } : isNull;
    }
    if (this.keyword("LIKE")) {
      const pattern = this.literal();
      if (typeof pattern !== "string") this.fail("a pattern in quotes");
      return { kind: "compare", property, operator: "LIKE", literal: pattern };
    }
    const operator = this.operator();
    // = NULL and <> NULL are what clients write; the documentation has them beside IS NULL
    if ((operator === "=" || operator === "<>") && this.keyword("NULL")) {
      const isNull = { kind: "isNull", property } as const;
      return operator === "=" ? isNull : { kind: "not", condition: isNull };
    }
    const literal = this.literal() ?? this.fail("a value");
    return { kind: "compare", property, operator, literal };
  }

  /** Reads a comparison with its value on the left side. */
  private mirrored(literal: WqlLiteral): WqlCondition {
    const operator = this.operator();
    const mirror = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" } as const;
    return {
      kind: "compare",
      property: this.word("a property's name"),
      operator: operator in mirror ? mirror[operator as keyof typeof mirror] : operator,
      literal,
    };
  }

  private operator(): WqlOperator {
    for (const operator of ["=", "<>", "<=", ">=", "<", ">"] as const) if (this.symbol(operator)) return operator;
    return this.fail("an operator");
  }

  private literal(): WqlLiteral | undefined {
    const token = this.peek();
    if (token.kind === "string" || token.kind === "number") {
      this.next += 1;
      return token.kind === "string" ? token.text : token.value;
    }
    if (this.keyword("TRUE")) return true;
    return this.keyword("FALSE") ? false : undefined;
  }

  private peek(): WqlToken {
    return this.tokens[this.next] ?? this.fail("more");
  }

  private keyword(keyword: string): boolean {
    const token = this.peek();
    const found = token.kind === "word" && token.text.toUpperCase() === keyword.toUpperCase();
    if (found) this.next += 1;
    return found;
  }

  private expectKeyword(keyword: string): void {
    if (!this.keyword(keyword)) this.fail(keyword);
  }

  private symbol(text: string): boolean {
    const token = this.peek();
    const found = token.kind === "symbol" && token.text === text;
    if (found) this.next += 1;
    return found;
  }

  private word(expected: string): string {
    const token = this.peek();
    if (token.kind !== "word") return this.fail(expected);
    this.next += 1;
    return token.text;
  }

  private fail(expected: string): never {
    throw new WqlSyntaxError(expected, this.tokens[this.next]?.at ?? 0);
  }
}
