import type { JsonSchema } from './definition.js';

/** The schemas that a document writes once. */
export interface SchemaComponents {
  /** The schema with every titled one in it, or itself, replaced by a reference. */
  refer(schema: JsonSchema): JsonSchema;
  /** What was referred to, by title and in their order. */
  all(): Readonly<Record<string, JsonSchema>>;
}

/** Keywords whose value is a schema, a list of them, or schemas by name. */
const ONE: readonly string[] = ['items', 'additionalProperties', 'not', 'propertyNames'];
const SEVERAL: readonly string[] = ['anyOf', 'allOf'];
const BY_NAME: readonly string[] = ['properties', 'dependentSchemas'];

/** An empty collection. Two different schemas of one title are a bug, and thrown as such. */
export function componentsOf(): SchemaComponents {
  const known = new Map<string, JsonSchema>();

  function refer(schema: JsonSchema): JsonSchema {
    const own = Object.fromEntries(
      Object.entries(schema).map(([keyword, value]) => [keyword, within(keyword, value)]),
    );
    const { title } = own;
    if (typeof title !== 'string') return own;
    const before = known.get(title);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(own)) {
      throw new RangeError(`two different schemas are called '${title}'. This is a bug.`);
    }
    known.set(title, own);
    return { $ref: `#/components/schemas/${title}` };
  }

  function within(keyword: string, value: unknown): unknown {
    if (ONE.includes(keyword) && isSchema(value)) return refer(value);
    if (SEVERAL.includes(keyword) && Array.isArray(value))
      return value.map((each) => (isSchema(each) ? refer(each) : each));
    if (BY_NAME.includes(keyword) && isSchema(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, isSchema(each) ? refer(each) : each]),
      );
    }
    return value;
  }

  return { refer, all: () => Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Schemas can also be `true` or `false`. */
function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
