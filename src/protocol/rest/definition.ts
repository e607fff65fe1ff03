import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import type { Parameters, ParameterValue } from '#inference/request.js';
import { MAX_INDEX } from '#protocol/request-faults.js';
import { OPEN_BRACKET } from './json-bytes.js';
import { JsonReader, within } from './json-reader.js';
import { readFlagValue, readIndex, readParameter, readParameters } from './json-value.js';

/**
 * A JSON Schema of the draft that OpenAPI 3.1 uses (2020-12). One with a `title` is written once in the document, among
 * its components, and referred to from where it stands.
 */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a JSON value must be. The same definition reads the value and describes it, so neither can forget the other. */
export interface Definition<T> {
  readonly schema: JsonSchema;
  /** Reads the next value. Throws INVALID_ARGUMENT, with its place, where it is anything else. */
  read(reader: JsonReader, place: string): T;
}

export const text: Definition<string> = {
  schema: { type: 'string' },
  read: (reader, place) => reader.string(place),
};

export const flag: Definition<boolean> = { schema: { type: 'boolean' }, read: readFlagValue };

/** An integer from 0 to 2^53 - 1. */
export const index: Definition<number> = {
  schema: { type: 'integer', minimum: 0, maximum: MAX_INDEX },
  read: readIndex,
};

/** V2's `parameters`: strings, numbers and booleans by name. */
export const parameters: Definition<Parameters> = {
  schema: {
    type: ['object', 'null'],
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
  read: readParameters,
};

/** A string, a number or a boolean; or null, for whoever has something to say about that. */
export const scalar: Definition<ParameterValue | null> = {
  schema: { type: ['string', 'number', 'boolean', 'null'] },
  read: (reader, place) => (reader.null() ? null : readParameter(reader, place)),
};

/** Texts: a list of them, or one alone, which may be written as a number or a boolean; null is a list of none. */
export const texts: Definition<readonly string[]> = {
  schema: { type: ['string', 'number', 'boolean', 'array', 'null'], items: text.schema },
  read(reader, place) {
    if (reader.peek() === OPEN_BRACKET) return list(text).read(reader, place);
    const value = scalar.read(reader, place);
    return value === null ? [] : [String(value)];
  },
};

/** The same with a sentence about it, and perhaps more keywords. */
export function described<T>(
  definition: Definition<T>,
  description: string,
  keywords: JsonSchema = {},
): Definition<T> {
  const { schema } = definition;
  const base = 'title' in schema ? { allOf: [schema] } : schema;
  return { ...definition, schema: { ...base, description, ...keywords } };
}

/** The same under a name of its own, in Pascal case. */
export function named<T>(title: string, definition: Definition<T>): Definition<T> {
  return { ...definition, schema: { title, ...definition.schema } };
}

/** A list of values. */
export function list<T>(element: Definition<T>): Definition<readonly T[]> {
  return {
    schema: { type: 'array', items: element.schema },
    read(reader, place) {
      const values: T[] = [];
      reader.elements(place, (position) => values.push(element.read(reader, `${place}[${position}]`)));
      return values;
    },
  };
}

/** An object whose fields have names of the caller's choice. */
export function map<T>(value: Definition<T>): Definition<ReadonlyMap<string, T>> {
  return {
    schema: { type: 'object', additionalProperties: value.schema },
    read(reader, place) {
      const values = new Map<string, T>();
      reader.entries(place, (name) => {
        const here = within(place, name);
        if (values.has(name)) throw invalid(`'${clip(here)}' is given twice`);
        values.set(name, value.read(reader, here));
      });
      return values;
    },
  };
}

/** A field of an object. */
interface Field<T> {
  readonly definition: Definition<T>;
  readonly isRequired: boolean;
}

type Fields = Readonly<Record<string, Field<unknown>>>;

type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export function required<T>(definition: Definition<T>): Field<T> {
  return { definition, isRequired: true };
}

/** A field that may be left out or null: its value is null then. */
export function optional<T>({ schema, read }: Definition<T>): Field<T | null> {
  const definition: Definition<T | null> = {
    schema: orNull(schema),
    read: (reader, place) => (reader.null() ? null : read(reader, place)),
  };
  return { definition, isRequired: false };
}

/** A schema that takes `null` as well. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type } = schema;
  if (typeof type === 'string' && !('title' in schema) && !('enum' in schema)) {
    return { ...schema, type: [type, 'null'] };
  }
  return Array.isArray(type) && type.includes('null') ? schema : { anyOf: [schema, { type: 'null' }] };
}

/** An object with these fields; others are passed over, as V2 wants it. */
export function object<F extends Fields>(fields: F): Definition<ValuesOf<F>> {
  const names = Object.keys(fields);
  const needed = names.filter((name) => fields[name]?.isRequired);
  const schemas = names.map((name) => [name, fields[name]?.definition.schema ?? {}] as const);
  return {
    schema: objectSchema(Object.fromEntries(schemas), needed),
    read(reader, place) {
      const values: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));
      const absent = new Set(needed);
      reader.fields(place, names, (name) => {
        values[name] = fields[name]?.definition.read(reader, within(place, name));
        absent.delete(name);
      });
      for (const name of absent) throw missing(place, name);
      return values as ValuesOf<F>;
    },
  };
}

/** The schema of an object with these fields, and perhaps others. Without `needed` all of them have to be there. */
export function objectSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  needed: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: 'object', properties, ...(needed.length > 0 && { required: needed }) };
}

/** `{}`: what there is to say when something was done. */
export const NOTHING: JsonSchema = { type: 'object', maxProperties: 0 };

/** A whole body. One that is empty is read as `{}`: clients of Triton send that where nothing needs to be said. */
export function readBody<T>(definition: Definition<T>, body: Uint8Array): T {
  const reader = new JsonReader(body.byteLength === 0 ? EMPTY_OBJECT : body);
  const value = definition.read(reader, '');
  reader.end();
  return value;
}

/** A field that has to be there, and is not. */
export function missing(place: string, name: string): ServingError {
  return invalid(`'${within(place, name)}' is missing`);
}

const EMPTY_OBJECT = new TextEncoder().encode('{}');
