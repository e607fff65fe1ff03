import { nearest } from '#core/nearest.js';
import { nameOfNode, type Spot } from './node.js';
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
