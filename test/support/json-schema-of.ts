/** As much of a valibot schema as is looked at here. */
interface AnySchema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, AnySchema>>;
  readonly wrapped?: AnySchema;
  readonly default?: unknown;
  readonly item?: AnySchema;
  readonly value?: AnySchema;
  readonly items?: readonly AnySchema[];
  readonly options?: readonly (AnySchema | string | number)[];
  readonly literal?: unknown;
  readonly requirement?: unknown;
  readonly description?: string;
  readonly pipe?: readonly AnySchema[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Writes a valibot schema as JSON schema; throws for what it doesn't know, so that nothing is lost on the way. */
export function jsonSchemaOf(given: unknown): JsonSchema {
  const schema = given as AnySchema;
  const [root, ...steps] = schema.pipe ?? [];
  if (root !== undefined) return Object.assign({}, jsonSchemaOf({ ...root }), ...steps.map(stepOf));
  switch (schema.type) {
    case "string":
    case "number":
    case "boolean":
      return { type: schema.type };
    case "unknown":
      return {};
    case "literal":
      return { const: schema.literal };
    case "picklist":
      return { enum: schema.options };
    case "union":
      return { anyOf: schema.options?.map(jsonSchemaOf) };
    case "array":
      return { type: "array", items: jsonSchemaOf(schema.item) };
    case "tuple": {
      const items = schema.items ?? [];
      return { type: "array", prefixItems: items.map(jsonSchemaOf), minItems: items.length, maxItems: items.length };
    }
    case "nullable":
      return { anyOf: [jsonSchemaOf(schema.wrapped), { type: "null" }] };
    case "record":
      return { type: "object", additionalProperties: jsonSchemaOf(schema.value) };
    case "optional":
      return { ...jsonSchemaOf(schema.wrapped), ...(schema.default !== undefined && { default: schema.default }) };
    case "strict_object": {
      const entries = Object.entries(schema.entries ?? {});
      const required = entries.flatMap(([name, { type }]) => (type === "optional" ? [] : [name]));
      return {
        type: "object",
        properties: Object.fromEntries(entries.map(([name, entry]) => [name, jsonSchemaOf(entry)])),
        ...(required.length > 0 && { required }),
        additionalProperties: false,
      };
    }
    default:
      throw new Error(`no JSON schema for ${schema.type}`);
  }
}

function stepOf({ type, requirement, description }: AnySchema): JsonSchema {
  switch (type) {
    case "description":
      return { description };
    case "integer":
      return { type: "integer" };
    case "min_value":
      return { minimum: requirement };
    case "max_value":
      return { maximum: requirement };
    case "non_empty":
      return { minLength: 1 };
    case "regex":
      return { pattern: (requirement as RegExp).source };
    default:
      throw new Error(`no JSON schema for ${type}`);
  }
}
