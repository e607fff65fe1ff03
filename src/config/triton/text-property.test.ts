import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfigNode, type MapEntry, type MapNode, nameOfNode } from '#config/node.js';
import { filePlace } from '#config/problem.js';
import { Report } from '#config/report.js';
import { oneOf, type Random, randomOf } from '../../../test/support/random.js';
import { type FieldType, type MessageType, MODEL_CONFIG, type ValueType } from './message-type.js';
import { readTritonConfig, readTritonConfigJson } from './read-triton-config.js';
import { TextFault } from './text-lexer.js';
import { parseTextFormat } from './text-syntax.js';
import { typedText } from './typed-text.js';

const NOWHERE = { line: null, column: null } as const;
const CHARACTERS = [
  'a',
  'Z',
  '0',
  ' ',
  '"',
  "'",
  '\\',
  '\n',
  '\t',
  '\r',
  '\u0000',
  '\u007f',
  'é',
  '€',
  '😀',
  '#',
  '{',
  '?',
];

/** A message of this type with anything in it. */
function randomMessage(type: MessageType, random: Random): MapNode {
  const entries = new Map<string, MapEntry>();
  const choices = new Set<string>();
  for (const field of type.fields.values()) {
    if (random(3) > 0 || (field.oneof !== null && choices.has(field.oneof))) continue;
    if (field.oneof !== null) choices.add(field.oneof);
    entries.set(field.name, { key: NOWHERE, value: randomField(field, random) });
  }
  return { kind: 'map', entries, ...NOWHERE };
}

function randomField(field: FieldType, random: Random): ConfigNode {
  if (field.shape === 'single') return randomValue(field.value, random);
  // An empty map cannot be written but as an empty list, which a message of its own would be.
  const count = random(4);
  if (field.shape === 'list') {
    return {
      kind: 'list',
      items: Array.from({ length: count }, () => randomValue(field.value, random)),
      ...NOWHERE,
    };
  }
  const entries = new Map<string, MapEntry>();
  for (let i = 0; i < count; i++) {
    const key = field.key?.kind === 'text' ? randomText(random) : String(random(1000));
    entries.set(key, { key: NOWHERE, value: randomValue(field.value, random) });
  }
  return { kind: 'map', entries, ...NOWHERE };
}

function randomValue(type: ValueType, random: Random): ConfigNode {
  if (type.kind === 'message') return randomMessage(type.message, random);
  return { kind: 'scalar', text: randomScalar(type, random), ...NOWHERE };
}

function randomScalar(type: Exclude<ValueType, { kind: 'message' }>, random: Random): string {
  switch (type.kind) {
    case 'text':
      return randomText(random);
    case 'bool':
      return oneOf(random, ['true', 'false']);
    case 'float':
      return oneOf(random, ['0', '-1', '1.5', '-.25e-3', '7e9', 'inf', '-inf', 'nan']);
    case 'enum':
      return oneOf(random, [...type.numbers.keys()]);
    case 'integer':
      return String(oneOf(random, [type.min, type.max, 0n, BigInt(random(1000))]));
  }
}

function randomText(random: Random): string {
  return Array.from({ length: random(8) }, () => oneOf(random, CHARACTERS)).join('');
}

/** Prints messages in every style that the format allows. */
class Printer {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  fields({ entries }: MapNode, type: MessageType): string {
    const printed = [...entries].map(([name, { value }]) => {
      const field = type.fields.get(name);
      assert.ok(field !== undefined);
      return this.#field(field, value);
    });
    return printed.join('');
  }

  #field(field: FieldType, node: ConfigNode): string {
    if (field.shape === 'single') return this.#one(field.name, this.#value(field.value, node));
    const values = field.shape === 'map' ? this.#entries(field, node) : this.#items(field, node);
    // In lists and one by one, in turns.
    let text = values.length === 0 ? this.#one(field.name, `[${this.#space()}]`) : '';
    for (let at = 0; at < values.length; ) {
      const count = 1 + this.#random(3);
      const part = values.slice(at, at + count);
      const isList = part.length > 1 || this.#random(2) === 0;
      text += isList
        ? this.#one(
            field.name,
            `[${this.#space()}${part.join(`${this.#space()},${this.#space()}`)}${this.#space()}]`,
          )
        : this.#one(field.name, part[0] ?? '');
      at += part.length;
    }
    return text;
  }

  #one(name: string, value: string): string {
    const isMessage = /^[{<]/.test(value) || /^\[\s*(#[^\n]*\n\s*)*[{<]/.test(value);
    const colon = isMessage && this.#random(2) === 0 ? '' : ':';
    const end = oneOf(this.#random, [' ', '\n', ',', ';', ' ;\t', ' # end\n']);
    return `${this.#space()}${name}${this.#space()}${colon}${this.#space()}${value}${end}`;
  }

  #items({ value: type }: FieldType, node: ConfigNode): readonly string[] {
    assert.ok(node.kind === 'list', nameOfNode(node));
    return node.items.map((item) => this.#value(type, item));
  }

  #entries({ key: keyType, value: type }: FieldType, node: ConfigNode): readonly string[] {
    assert.ok(node.kind === 'map' && keyType !== null);
    return [...node.entries].map(([key, { value }]) => {
      const parts = [
        this.#one('key', this.#value(keyType, { kind: 'scalar', text: key, ...NOWHERE })),
        this.#one('value', this.#value(type, value)),
      ];
      return this.#message((this.#random(2) === 0 ? parts : parts.reverse()).join(''));
    });
  }

  #value(type: ValueType, node: ConfigNode): string {
    if (type.kind === 'message') {
      assert.ok(node.kind === 'map');
      return this.#message(this.fields(node, type.message));
    }
    assert.ok(node.kind === 'scalar');
    return this.#scalar(type, node.text);
  }

  #message(inside: string): string {
    return this.#random(3) === 0 ? `<${inside}${this.#space()}>` : `{${inside}${this.#space()}}`;
  }

  #scalar(type: ValueType, text: string): string {
    switch (type.kind) {
      case 'text':
        return this.#text(text);
      case 'integer':
        return this.#integer(BigInt(text));
      case 'bool':
        return oneOf(
          this.#random,
          text === 'true' ? ['true', 'True', 't', '1'] : ['false', 'False', 'f', '0'],
        );
      case 'float':
        return /\d$/.test(text) && this.#random(3) === 0 ? `${text}f` : text;
      case 'enum':
        return type.kind === 'enum' && this.#random(3) === 0 ? String(type.numbers.get(text)) : text;
      case 'message':
        return '';
    }
  }

  #integer(value: bigint): string {
    const [sign, size] = value < 0n ? ['-', -value] : ['', value];
    const space = sign === '-' && this.#random(4) === 0 ? ' ' : '';
    const digits = [
      String(size),
      `0x${size.toString(16)}`,
      `0X${size.toString(16).toUpperCase()}`,
      `0${size.toString(8)}`,
    ];
    return sign + space + oneOf(this.#random, digits);
  }

  /** In one literal or several. */
  #text(text: string): string {
    const at = this.#random(3) === 0 ? this.#random(text.length + 1) : text.length;
    const parts = [...text];
    const head = this.#literal(parts.slice(0, at));
    return at >= parts.length ? head : `${head}${this.#space()}${this.#literal(parts.slice(at))}`;
  }

  #literal(characters: readonly string[]): string {
    const quote = oneOf(this.#random, ['"', "'"]);
    return (
      quote +
      characters.map((character, i) => this.#character(character, quote, characters[i + 1])).join('') +
      quote
    );
  }

  #character(character: string, quote: string, next = ''): string {
    const code = character.codePointAt(0) ?? 0;
    const escapes = [
      `\\U${code.toString(16).padStart(8, '0')}`,
      [...new TextEncoder().encode(character)]
        .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
        .join(''),
    ];
    if (code < 0x10000) escapes.push(`\\u${code.toString(16).padStart(4, '0')}`);
    if (!/[0-9a-fA-F]/.test(next)) {
      escapes.push(
        [...new TextEncoder().encode(character)].map((byte) => `\\x${byte.toString(16)}`).join(''),
      );
    }
    const isPlain = character !== quote && character !== '\\' && character !== '\n';
    return isPlain && this.#random(3) > 0 ? character : oneOf(this.#random, escapes);
  }

  #space(): string {
    return oneOf(this.#random, ['', ' ', '\n', '\t', '\r\n', ' # a "comment" {\n ', '#\n']);
  }
}

/** The tree without its places. */
function plain(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'null':
      return null;
    case 'scalar':
      return node.text;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return [...node.entries].map(([key, { value }]) => [key, plain(value)]);
  }
}

const place = { ...filePlace('f'), line: 1, column: 1 };

test('whatever is printed in whatever style is read as the same', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomOf(seed);
    const message = randomMessage(MODEL_CONFIG, random);
    const text = new Printer(random).fields(message, MODEL_CONFIG);
    const report = new Report();
    const read = typedText(parseTextFormat(text), MODEL_CONFIG, place, report);
    assert.deepEqual([seed, report.problems], [seed, []], text);
    assert.deepEqual(plain(read), plain(message), text);
  }
});

const CONFIG = `name: "m" # a model
platform: "onnxruntime_onnx"
max_batch_size : 8
input [ { name: "x" data_type: TYPE_FP32 dims: [ 3, -1 ] reshape { shape: [ 1, 3, -1 ] } } ]
output { name: 'y' data_type: TYPE_FP32 dims: 10 label_filename: "l\\n.txt" }
instance_group [ { count: 2 kind: KIND_CPU } ]
version_policy: { specific { versions: [1, 0x3] } }
dynamic_batching < preferred_batch_size: [ 4, 8 ]; priority_levels: 2, default_priority_level: 1
  priority_queue_policy { key: 1 value: { timeout_action: DELAY } } >
parameters { key: "execution_mode" value { string_value: "1" } }
`;

const SCRAPS = [
  ...'[]{}<>:,;-#"\'\\/0a \n\r\té\u0000',
  '0x',
  '1e',
  '""',
  'name',
  'dims: ',
  ' - ',
  '\ufeff',
  '\ud800',
];

function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let i = random(3); i >= 0; i--) {
    const at = random(mutated.length + 1);
    const length = random(3) === 0 ? random(40) : 1;
    const piece = oneOf(random, [oneOf(random, SCRAPS), '', mutated.slice(at, at + length).repeat(2)]);
    mutated = mutated.slice(0, at) + piece + mutated.slice(at + length * random(2));
  }
  return mutated;
}

test('whatever becomes of a configuration is read, or refused with problems that have a place', () => {
  assert.ok(readTritonConfig(CONFIG, 'f', new Report()) !== null);
  let refused = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const text = mutate(CONFIG, randomOf(seed));
    for (const read of [readTritonConfig, readTritonConfigJson]) {
      const report = new Report();
      const config = read(text, 'f', report);
      assert.equal(config === null, report.problems.length > 0, text);
      const lines = text.split('\n');
      for (const { line, column } of report.problems) {
        assert.ok(line !== null && column !== null, text);
        assert.ok(
          column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1,
          `${line}:${column} of ${text}`,
        );
      }
      if (config === null) refused++;
    }
  }
  assert.ok(refused > 3500);
});

test('a text that is cut anywhere is never anything but refused or read', () => {
  for (let length = 0; length < CONFIG.length; length++) {
    try {
      parseTextFormat(CONFIG.slice(0, length));
    } catch (thrown) {
      assert.ok(thrown instanceof TextFault);
    }
  }
});
