import { type ConfigNode, itemSpot, keyPlace, type MapEntry, type MapNode, quoted } from '#config/node.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { unknownKey } from '#config/schema.js';
import { fieldValue, nameOfType } from './field-value.js';
import type { FieldType, MessageType, ValueType } from './message-type.js';
import type { TextField, TextFields, TextScalar, TextValue } from './text-syntax.js';

/**
 * The tree of a message in text format: a mapping of its fields, lists where they may be repeated, scalars in the
 * spelling that the schemas read. Fields that the type does not have, values that theirs do not take, and fields that are
 * there twice are problems, and then left out.
 */
export function typedText(fields: TextFields, type: MessageType, place: Place, report: Report): MapNode {
  return new TextTyper(report).message(fields, type, place);
}

class TextTyper {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  message(fields: TextFields, type: MessageType, place: Place): MapNode {
    const entries = new Map<string, MapEntry>();
    const written = new Map<string, TextField[]>();
    for (const field of fields) {
      const known = type.fields.get(field.name);
      const at = keyPlace(place, field.name, field.at);
      if (known === undefined) this.#report.problem(at, unknownKey(field.name, [...type.fields.keys()]));
      else if (this.#isAllowed(known, field, at, written, type)) {
        written.set(field.name, [...(written.get(field.name) ?? []), field]);
      }
    }
    for (const [name, occurrences] of written) {
      const known = type.fields.get(name);
      const [first] = occurrences;
      if (known === undefined || first === undefined) continue;
      const node = this.#field(known, first, occurrences, keyPlace(place, name, first.value.at));
      if (node !== null) entries.set(name, { key: first.at, value: node });
    }
    return { kind: 'map', entries, line: place.line, column: place.column };
  }

  /** A field that is no list may be there once, and of a choice one field. */
  #isAllowed(
    known: FieldType,
    field: TextField,
    at: Place,
    written: ReadonlyMap<string, readonly TextField[]>,
    type: MessageType,
  ): boolean {
    const earlier = written.get(known.name)?.[0];
    if (known.shape === 'single' && earlier !== undefined) {
      this.#report.problem(at, `${field.name} stands in line ${earlier.at.line} already; expected it once`);
      return false;
    }
    const rival = [...written.keys()].find(
      (name) => known.oneof !== null && name !== known.name && type.fields.get(name)?.oneof === known.oneof,
    );
    if (rival === undefined) return true;
    const line = written.get(rival)?.[0]?.at.line;
    this.#report.problem(at, `it cannot be used with ${rival} in line ${line}; expected one of them`);
    return false;
  }

  #field(known: FieldType, first: TextField, all: readonly TextField[], place: Place): ConfigNode | null {
    if (known.shape === 'single') return this.#value(known.value, first.value, place);
    const values = all.flatMap(({ value }) => (value.kind === 'list' ? value.values : [value]));
    if (known.shape === 'map') return this.#map(known, values, first, place);
    const items: ConfigNode[] = [];
    for (const [i, value] of values.entries()) {
      const spot = { kind: 'null', ...value.at } as const;
      const node = this.#value(known.value, value, itemSpot(place, i, spot).place);
      if (node !== null) items.push(node);
    }
    return { kind: 'list', items, ...first.value.at };
  }

  #value(type: ValueType, value: TextValue, place: Place): ConfigNode | null {
    if (type.kind === 'message' && value.kind === 'message') {
      return this.message(value.fields, type.message, place);
    }
    if (type.kind !== 'message' && value.kind === 'scalar') return this.#scalar(type, value, place);
    this.#report.problem(place, `expected ${nameOfType(type)}, found ${nameOfValue(value)}`);
    return null;
  }

  #scalar(type: ValueType, { form, text, at }: TextScalar, place: Place): ConfigNode | null {
    const value = fieldValue(type, form, text);
    if ('text' in value) return { kind: 'scalar', text: value.text, ...at };
    this.#report.problem(place, value.fault);
    return null;
  }

  /** A map is written as messages with `key` and `value`. */
  #map(
    known: FieldType,
    values: readonly TextValue[],
    { value: { at } }: TextField,
    place: Place,
  ): ConfigNode {
    const entries = new Map<string, MapEntry>();
    const entryType = entryTypeOf(known);
    values.forEach((value, i) => {
      const spot = itemSpot(place, i, { kind: 'null', ...value.at });
      const node = this.#value({ kind: 'message', message: entryType }, value, spot.place);
      if (node?.kind !== 'map') return;
      const key = node.entries.get('key')?.value;
      const name = key?.kind === 'scalar' ? key.text : zeroOf(known.key);
      const { line, column } = key ?? value.at;
      if (entries.has(name)) {
        const { line: first } = entries.get(name)?.key ?? value.at;
        this.#report.warning(
          { ...place, line, column },
          `${quoted(name)} stands in line ${first} already; the last one counts`,
        );
      }
      const meant = node.entries.get('value')?.value ?? zeroNode(known.value, { line, column });
      entries.set(name, { key: { line, column }, value: meant });
    });
    return { kind: 'map', entries, ...at };
  }
}

function entryTypeOf({ name, key, value }: FieldType): MessageType {
  const common = { shape: 'single', oneof: null, key: null } as const;
  const fields = new Map<string, FieldType>();
  if (key !== null) fields.set('key', { ...common, name: 'key', jsonName: 'key', value: key });
  return { name, fields: fields.set('value', { ...common, name: 'value', jsonName: 'value', value }) };
}

/** What an entry has that does not say it. */
function zeroOf(type: ValueType | null): string {
  return type?.kind === 'integer' ? '0' : '';
}

function zeroNode(type: ValueType, at: Pick<MapNode, 'line' | 'column'>): ConfigNode {
  return type.kind === 'message'
    ? { kind: 'map', entries: new Map(), ...at }
    : { kind: 'scalar', text: zeroOf(type), ...at };
}

function nameOfValue(value: TextValue): string {
  switch (value.kind) {
    case 'list':
      return 'a list';
    case 'message':
      return 'a message';
    case 'scalar':
      return quoted(value.text);
  }
}
