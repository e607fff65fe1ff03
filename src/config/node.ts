import { clip } from '#core/clip.js';
import type { Place } from './problem.js';

/**
 * What a configuration file holds, freed from YAML: aliases are followed, `<<` is merged, keys are unique. Scalars
 * keep the text they were written with, so that `version: 1.10` is the version 1.10.
 */
export type ConfigNode = ScalarNode | NullNode | ListNode | MapNode;

export interface ScalarNode extends Position {
  readonly kind: 'scalar';
  readonly text: string;
}

/** Nothing, `~` or `null`. */
export interface NullNode extends Position {
  readonly kind: 'null';
}

export interface ListNode extends Position {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

export interface MapNode extends Position {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  /** Where the key stands. */
  readonly key: Position;
  readonly value: ConfigNode;
}

/** Line and column from 1. */
export interface Position {
  readonly line: number | null;
  readonly column: number | null;
}

/** A node and the place to name when it is wrong. */
export interface Spot {
  readonly node: ConfigNode;
  readonly place: Place;
}

/** A value that stands in no file: a flag's or a variable's. */
export function scalarSpot(text: string, place: Place): Spot {
  return { node: { kind: 'scalar', text, line: null, column: null }, place };
}

/** The place of `key` in the mapping at `parent`, standing at `position`. */
export function keyPlace(parent: Place, key: string, position: Position): Place {
  const plain = /^[\w-]{1,64}$/.test(key);
  const step = plain ? (parent.keyPath === '' ? key : `.${key}`) : `[${quoted(key)}]`;
  return { ...parent, line: position.line, column: position.column, keyPath: parent.keyPath + step };
}

export function itemSpot(parent: Place, index: number, node: ConfigNode): Spot {
  const keyPath = `${parent.keyPath}[${index}]`;
  return { node, place: { ...parent, line: node.line, column: node.column, keyPath } };
}

/** What was found, as messages say it. */
export function nameOfNode(node: ConfigNode): string {
  switch (node.kind) {
    case 'null':
      return 'nothing';
    case 'list':
      return 'a list';
    case 'map':
      return 'a mapping';
    case 'scalar':
      return quoted(node.text);
  }
}

/** Numbers as they are, everything else in quotation marks; long texts are cut. */
export function quoted(text: string): string {
  if (/^[-+]?\d[\d.]{0,39}$/.test(text)) return text;
  return JSON.stringify(clip(text));
}
