import { type JsonSchema, missing, objectSchema } from './definition.js';

/** A field of an object: what it holds, and whether it has to be there. */
interface FieldSchema {
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

type Fields = Readonly<Record<string, FieldSchema>>;

type RequiredOf<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly isRequired: true } ? K : never;
}[keyof F];

/**
 * The fields of an object that has a reader of its own, which is told by this table what it has to look for and what has
 * to be there; so the schema says nothing else than the reader.
 */
export interface FieldTable<F extends Fields> {
  readonly schema: JsonSchema;
  /** The names, for `JsonReader.fields`. */
  readonly names: readonly (keyof F & string)[];
  /** What was read, once it is sure that nothing is missing. Throws INVALID_ARGUMENT. */
  complete<T extends { readonly [K in RequiredOf<F>]?: unknown }>(
    read: T,
    place: string,
  ): T & { readonly [K in RequiredOf<F>]: NonNullable<T[K]> };
}

export function must(schema: JsonSchema): { readonly schema: JsonSchema; readonly isRequired: true } {
  return { schema, isRequired: true };
}

export function may(schema: JsonSchema): { readonly schema: JsonSchema; readonly isRequired: false } {
  return { schema, isRequired: false };
}

/** @param title what the document calls the object */
export function fieldTable<F extends Fields>(title: string, fields: F): FieldTable<F> {
  const names = Object.keys(fields) as (keyof F & string)[];
  const needed = names.filter((name) => fields[name]?.isRequired);
  const schemas = names.map((name) => [name, fields[name]?.schema ?? {}] as const);
  return {
    schema: { title, ...objectSchema(Object.fromEntries(schemas), needed) },
    names,
    complete(read, place) {
      const values: Readonly<Record<string, unknown>> = read;
      for (const name of needed) {
        // In a message of gRPC, what is empty is not there: nor is it here.
        if ([undefined, null, ''].includes(values[name] as '')) throw missing(place, name);
      }
      // What is needed is there now.
      return read as ReturnType<FieldTable<F>['complete']> & typeof read;
    },
  };
}
