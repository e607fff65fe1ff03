import { nearest } from '#core/nearest.js';
import { itemSpot, keyPlace, type MapNode, nameOfNode, quoted, type Spot } from './node.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';

/** How one kind of value is written, and how it is read. */
export interface Schema<T> {
  /** What is expected, to follow the word "expected": `an integer from 1 to 64`. */
  readonly type: string;
  /** Reads a value. Answers undefined after it has reported why it cannot. */
  read(spot: Spot, report: Report): T | undefined;
  /** The keys of a mapping, for the documentation. */
  readonly keys?: Keys;
  /** The elements of a list, for the documentation. */
  readonly element?: Schema<unknown>;
}

/** One key of a mapping. A key whose value is null counts as absent. */
export interface Key<T> {
  readonly schema: Schema<unknown>;
  readonly required: boolean;
  /** One sentence for the documentation. */
  readonly doc: string;
  /** The default as the documentation prints it. */
  readonly fallback: string | null;
  /** What an absent key is worth, or undefined where it may not be absent. */
  readonly absent: T | undefined;
  read(spot: Spot, report: Report): T | undefined;
}

export type Keys = Readonly<Record<string, Key<unknown>>>;
export type ValuesOf<K extends Keys> = { readonly [N in keyof K]: K[N] extends Key<infer T> ? T : never };

export function required<T>(schema: Schema<T>, doc: string): Key<T> {
  return { schema, doc, required: true, fallback: null, absent: undefined, read: schema.read };
}

/** Null when absent. `fallback` is only told, by the documentation. */
export function optional<T>(schema: Schema<T>, doc: string, fallback: string | null = null): Key<T | null> {
  return { schema, doc, required: false, fallback, absent: null, read: schema.read };
}

/** Any scalar, as it was written. `check` answers what is wrong with it, or null. */
export function text(type = 'text', check: (text: string) => string | null = () => null): Schema<string> {
  return scalar(type, (value) => {
    const fault = check(value);
    return fault === null ? { value } : { fault };
  });
}

/** A whole number in decimal digits. */
export function integer(min: number, max: number): Schema<number> {
  const type = `an integer from ${min} to ${max}`;
  return scalar(type, (value) => {
    const number = /^[-+]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : null;
  });
}

export function number(min: number, max: number): Schema<number> {
  return scalar(`a number from ${min} to ${max}`, (value) => {
    const read = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return read >= min && read <= max ? { value: read } : null;
  });
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  // YAML 1.1, which the original reads, takes these for booleans too.
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
]);

export const boolean: Schema<boolean> = scalar('true or false', (value) => {
  const truth = TRUTHS.get(value.toLowerCase());
  return truth === undefined ? null : { value: truth };
});

/** One of several words, in upper or lower case. `renamed` holds words that are no longer written so. */
export function choice<const T extends string>(
  values: readonly T[],
  renamed: Readonly<Record<string, T>> = {},
): Schema<T> {
  const type = `one of ${values.join(', ')}`;
  const plain = scalar(type, (value) => {
    const found = values.find((allowed) => allowed.toLowerCase() === value.toLowerCase());
    if (found !== undefined) return { value: found };
    return { fault: `expected ${type}, found ${quoted(value)}${didYouMean(value, values)}` };
  });
  return {
    type,
    read(spot, report) {
      const name = spot.node.kind === 'scalar' ? spot.node.text : '';
      const today = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
      if (today === undefined) return plain.read(spot, report);
      report.warning(spot.place, `"${name}" is called "${today}" today`);
      return today;
    },
  };
}

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

/** Taken as it is and not looked into. */
export const anything: Schema<true> = { type: 'anything', read: () => true };

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
      const at: At<K> = (key) => {
        const entry = key === undefined ? undefined : node.entries.get(key);
        if (key === undefined) return place;
        return keyPlace(place, key, entry?.value ?? node);
      };
      const values: Record<string, unknown> = {};
      let complete = true;
      for (const [name, key] of Object.entries(keys)) {
        const entry = node.entries.get(name);
        const value = entry && entry.value.kind !== 'null' ? entry.value : null;
        if (value) values[name] = key.read({ node: value, place: keyPlace(place, name, value) }, report);
        else values[name] = key.absent;
        if (values[name] === undefined) complete = false;
        if (!value && key.required) {
          report.problem(at(name), `${entry ? 'has no value' : 'missing key'}; expected ${key.schema.type}`);
        }
      }
      // Every key of K was read by its own schema, which the type system cannot follow through the loop.
      return complete ? build(values as ValuesOf<K>, at, report) : undefined;
    },
  };
}

/** Tells what is expected and what stands there instead. */
export function mismatch(type: string, { node, place }: Spot, report: Report): undefined {
  report.problem(place, `expected ${type}, found ${nameOfNode(node)}`);
  return undefined;
}

/** The sentence for a key that does not exist. */
export function unknownKey(key: string, allowed: readonly string[]): string {
  const hint = didYouMean(key, allowed);
  return `unknown key${hint || '.'} Allowed: ${allowed.join(', ')}`;
}

/** `; did you mean "platform"?`, or nothing. Words of a length that nobody mistypes are not compared. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = word.length > 64 ? null : nearest(word, candidates);
  return near === null ? '' : `; did you mean "${near}"?`;
}

function reportUnknownKeys(node: MapNode, place: Place, allowed: readonly string[], report: Report): void {
  for (const [key, entry] of node.entries) {
    if (!allowed.includes(key)) report.problem(keyPlace(place, key, entry.key), unknownKey(key, allowed));
  }
}

type Reading<T> = { readonly value: T } | { readonly fault: string } | null;

/** A scalar; `read` answers its value, a sentence of its own, or null for the plain mismatch. */
function scalar<T>(type: string, read: (text: string) => Reading<T>): Schema<T> {
  return {
    type,
    read(spot, report) {
      if (spot.node.kind !== 'scalar') return mismatch(type, spot, report);
      const reading = read(spot.node.text);
      if (reading === null) return mismatch(type, spot, report);
      if ('value' in reading) return reading.value;
      report.problem(spot.place, reading.fault);
      return undefined;
    },
  };
}
