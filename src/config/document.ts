import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { clip } from '#core/clip.js';
import { type ConfigNode, type MapEntry, type NullNode, type Position, quoted, type Spot } from './node.js';
import { filePlace, type Place } from './problem.js';
import type { Report } from './report.js';
import { parseYaml } from './yaml-syntax.js';

/** Aliases are copied where they stand; this bounds what a file of aliases of aliases can grow to. */
export const MAX_NODES = 20_000;

/**
 * Reads the text of a configuration file, shown to the user as `file`. Null after reporting why it cannot. An empty
 * text is a null node.
 */
export function readDocument(text: string, file: string, report: Report): Spot | null {
  const place = filePlace(file);
  const { document, problems, positionOf } = parseYaml(text);
  for (const { message, line, column } of problems) report.problem({ ...place, line, column }, message);
  if (document === null || problems.length > 0) return null;
  if (document.contents === null) return { node: { kind: 'null', line: null, column: null }, place };
  const node = new Converter(place, positionOf, report).convert(document.contents);
  return node === null ? null : { node, place: { ...place, line: node.line, column: node.column } };
}

/** From YAML's tree to ours: aliases followed, merges done, doubled keys reported, the whole bounded. */
class Converter {
  readonly #positionOf: (offset: number) => Position;
  readonly #place: Place;
  readonly #report: Report;
  readonly #anchors = new Map<string, Node>();
  /** Aliases being followed: one that leads to itself has no end. */
  readonly #following = new Set<Node>();
  #nodes = 0;
  #full = false;
  #failed = false;

  constructor(place: Place, positionOf: (offset: number) => Position, report: Report) {
    this.#place = place;
    this.#positionOf = positionOf;
    this.#report = report;
  }

  /** Null when a problem leaves no whole tree to go on with. */
  convert(contents: Node): ConfigNode | null {
    const node = this.#node(contents, this.#position(contents));
    return this.#failed ? null : node;
  }

  #node(node: unknown, parent: Position): ConfigNode {
    if (this.#full) return nothing(parent);
    if (++this.#nodes > MAX_NODES) return this.#stop(parent);
    if (isAlias(node)) return this.#alias(node, this.#position(node));
    if (!isNode(node)) return nothing(parent);
    const at = this.#position(node);
    // Below an alias the anchors have been met before; meeting them again must not undo a later one.
    if (node.anchor !== undefined && this.#following.size === 0) this.#anchors.set(node.anchor, node);
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.#node(item, at)), ...at };
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node.items, at), ...at };
    return scalarNode(node, at);
  }

  #alias(alias: Alias, at: Position): ConfigNode {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) return this.#fail(at, `*${clip(alias.source)} names no anchor above it`);
    if (this.#following.has(target)) return this.#fail(at, `*${clip(alias.source)} contains itself`);
    this.#following.add(target);
    const node = this.#node(target, at);
    this.#following.delete(target);
    return node;
  }

  #entries(pairs: readonly YamlPair[], at: Position): ReadonlyMap<string, MapEntry> {
    const own = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const { key, value } of pairs) {
      const position = isNode(key) ? this.#position(key) : at;
      const name = keyText(this.#node(key, position));
      const node = this.#node(value, position);
      const earlier = name === null ? undefined : own.get(name);
      if (name === null) this.#fail(position, 'a key must be text');
      else if (name === '<<' && isScalar(key) && key.type === 'PLAIN') this.#merge(merged, node);
      else if (earlier)
        this.#problem(position, `duplicate key ${quoted(name)}, first in line ${earlier.key.line}`);
      else own.set(name, { key: position, value: node });
    }
    // What a mapping says itself wins over what it merges.
    return merged.size === 0 ? own : new Map([...merged, ...own]);
  }

  /** YAML 1.1's `<<: *defaults` or `<<: [*a, *b]`, where the earlier wins. */
  #merge(into: Map<string, MapEntry>, node: ConfigNode): void {
    for (const source of node.kind === 'list' ? node.items : [node]) {
      if (source.kind !== 'map') {
        this.#fail(source, '<< merges a mapping, or a list of mappings');
        continue;
      }
      for (const [name, entry] of source.entries) if (!into.has(name)) into.set(name, entry);
    }
  }

  #problem({ line, column }: Position, message: string): void {
    // Past the bound there are holes everywhere, and only the bound itself is worth telling.
    if (!this.#full) this.#report.problem({ ...this.#place, line, column }, message);
  }

  /** A problem that leaves a hole in the tree. */
  #fail(position: Position, message: string): NullNode {
    this.#failed = true;
    this.#problem(position, message);
    return nothing(position);
  }

  #stop(position: Position): NullNode {
    const stand = this.#fail(position, `more than ${MAX_NODES} values, aliases counted`);
    this.#full = true;
    return stand;
  }

  #position(node: Node): Position {
    return this.#positionOf(node.range?.[0] ?? 0);
  }
}

interface YamlPair {
  readonly key: unknown;
  readonly value: unknown;
}

function nothing({ line, column }: Position): NullNode {
  return { kind: 'null', line, column };
}

function keyText(node: ConfigNode): string | null {
  if (node.kind === 'null') return '';
  return node.kind === 'scalar' ? node.text : null;
}

/** Numbers and booleans keep the characters they were written with; texts lose only their quotation marks. */
function scalarNode(node: Node, { line, column }: Position): ConfigNode {
  const { value, source } = isScalar(node) ? node : { value: null, source: undefined };
  if (value === null || value === undefined) return { kind: 'null', line, column };
  return {
    kind: 'scalar',
    text: typeof value === 'string' ? value : (source ?? String(value)),
    line,
    column,
  };
}
