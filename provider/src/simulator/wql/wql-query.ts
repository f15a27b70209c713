import type { CimInstancePath } from "../../cim/cim-instance-path";

/** A value in a query. */
export type WqlLiteral = string | number | bigint | boolean;

/** The comparisons of WQL; `!=` is read as `<>`. */
export type WqlOperator = "=" | "<>" | "<" | ">" | "<=" | ">=" | "LIKE";

/** The condition behind WHERE. */
export type WqlCondition =
  | {
      readonly kind: "compare";
      readonly property: string;
      readonly operator: WqlOperator;
      readonly literal: WqlLiteral;
    }
  | { readonly kind: "isNull"; readonly property: string }
  | { readonly kind: "not"; readonly condition: WqlCondition }
  | { readonly kind: "and" | "or"; readonly left: WqlCondition; readonly right: WqlCondition };

/** `SELECT … FROM … WHERE …`; `properties` is null for `*`. */
export interface SelectQuery {
  readonly kind: "select";
  readonly properties: readonly string[] | null;
  readonly className: string;
  readonly where: WqlCondition | null;
}

/** `ASSOCIATORS OF {…} WHERE …`. */
export interface AssociatorsQuery {
  readonly kind: "associators";
  readonly path: CimInstancePath;
  readonly associationClass?: string;
  readonly resultClass?: string;
  readonly role?: string;
  readonly resultRole?: string;
}

/** `REFERENCES OF {…} WHERE …`; here `ResultClass` names the association class. */
export interface ReferencesQuery {
  readonly kind: "references";
  readonly path: CimInstancePath;
  readonly associationClass?: string;
  readonly role?: string;
}

/** Any query that the host supports. */
export type WqlQuery = SelectQuery | AssociatorsQuery | ReferencesQuery;
