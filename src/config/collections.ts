import { itemSpot, keyPlace, type MapNode } from './node.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { type Key, type Keys, mismatch, type Schema, unknownKey, type ValuesOf } from './schema.js';

/** `length` bounds the number of elements. */
export function list<T>(element: Schema<T>, length = 1000): Schema<readonly T[]> {
  const type = 'a list';
  return {
    type,
    element,
    read({ node, place }, report) {
      if (node.kind !== 'list') return mismatch(type, { node, place }, report);
      if (node.items.length > length) {
        report.problem(place, `expected at most ${length} elements, found ${node.items.length}`);
        return undefined;
      }
      // Elements that cannot be read are reported and left out, so that the others can still be held together.
      return node.items
        .map((item, i) => element.read(itemSpot(place, i, item), report))
        .filter((value) => value !== undefined);
    },
  };
}

/** A list that is worth nothing unless every element could be read: for what its elements say together. */
export function wholeList<T>(element: Schema<T>, length = 1000): Schema<readonly T[]> {
  const plain = list(element, length);
  return {
    ...plain,
    read(spot, report) {
      const values = plain.read(spot, report);
      return spot.node.kind === 'list' && values?.length === spot.node.items.length ? values : undefined;
    },
  };
}

/** A value, and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly place: Place;
}

/** The same with its place, for what is found out about it later. */
export function placed<T>(schema: Schema<T>): Schema<Placed<T>> {
  return {
    ...schema,
    read(spot, report) {
      const value = schema.read(spot, report);
      return value === undefined ? undefined : { value, place: spot.place };
    },
  };
}

/** A list of exactly two. */
export function pair<T>(element: Schema<T>): Schema<readonly [T, T]> {
  const type = 'a list of two';
  return {
    type,
    element,
    read(spot, report) {
      const { node, place } = spot;
      if (node.kind !== 'list') return mismatch(type, spot, report);
      if (node.items.length !== 2) {
        report.problem(place, `expected ${type}, found one of ${node.items.length}`);
        return undefined;
      }
      const [first, second] = wholeList(element).read(spot, report) ?? [];
      return first === undefined || second === undefined ? undefined : [first, second];
    },
  };
}

/** A mapping whose keys are the user's own. */
export function dictionary<T>(value: Schema<T>): Schema<Readonly<Record<string, T>>> {
  const type = 'a mapping';
  return {
    type,
    read({ node, place }, report) {
      if (node.kind !== 'map') return mismatch(type, { node, place }, report);
      const pairs: [string, T][] = [];
      for (const [key, entry] of node.entries) {
        const read = value.read({ node: entry.value, place: keyPlace(place, key, entry.value) }, report);
        if (read !== undefined) pairs.push([key, read]);
      }
      return pairs.length === node.entries.size ? Object.fromEntries(pairs) : undefined;
    },
  };
}

/** Where a key of a mapping stands (its value, if it is there), or without a name the mapping itself. */
export type At<K extends Keys> = (key?: keyof K & string) => Place;

/**
 * A mapping with known keys; any other is a problem. `build` sees the values when all of them could be read; there it
 * checks what several keys say together.
 */
export function mapping<K extends Keys, T>(
  type: string,
  keys: K,
  build: (values: ValuesOf<K>, at: At<K>, report: Report) => T | undefined,
): Schema<T> {
  return {
    type,
    keys,
    read({ node, place }, report) {
      if (node.kind !== 'map') return mismatch(type, { node, place }, report);
      reportUnknownKeys(node, place, Object.keys(keys), report);
      const at: At<K> = (key) =>
        key === undefined ? place : keyPlace(place, key, node.entries.get(key)?.value ?? node);
      const values: Record<string, unknown> = {};
      for (const [name, key] of Object.entries(keys))
        values[name] = readKey(key, node, name, at(name), report);
      // Every key of K was read by its own schema, which the type system cannot follow through the loop.
      const complete = Object.values(values).every((value) => value !== undefined);
      return complete ? build(values as ValuesOf<K>, at, report) : undefined;
    },
  };
}

function readKey(key: Key<unknown>, node: MapNode, name: string, place: Place, report: Report): unknown {
  const value = node.entries.get(name)?.value;
  if (value && value.kind !== 'null') return key.read({ node: value, place }, report);
  if (key.required)
    report.problem(place, `${value ? 'no value' : 'missing key'}; expected ${key.schema.type}`);
  return key.absent;
}

function reportUnknownKeys(node: MapNode, place: Place, allowed: readonly string[], report: Report): void {
  for (const [key, entry] of node.entries) {
    if (!allowed.includes(key)) report.problem(keyPlace(place, key, entry.key), unknownKey(key, allowed));
  }
}
