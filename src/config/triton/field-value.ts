import { quoted } from '#config/node.js';
import { didYouMean } from '#config/schema.js';
import type { ValueType } from './message-type.js';

/** A scalar in the spelling that the schemas read, or what is wrong with it. */
export type FieldValue = { readonly text: string } | { readonly fault: string };

/** How a scalar stands there; `any` where the format does not tell, as in JSON, where numbers may be in quotation marks. */
export type Form = 'string' | 'word' | 'number' | 'any';

/**
 * A scalar of a message by the rules of protobuf: integers in decimal digits, booleans as `true` and `false`, enums by
 * their names.
 */
export function fieldValue(type: ValueType, form: Form, written: string): FieldValue {
  const text = normalOf(type, form, written);
  if (text !== null) return { text };
  const hint = type.kind === 'enum' && form !== 'string' ? didYouMean(written, [...type.numbers.keys()]) : '';
  return { fault: `expected ${nameOfType(type)}, found ${shown(form, written)}${hint}` };
}

function normalOf(type: ValueType, form: Form, written: string): string | null {
  switch (type.kind) {
    case 'text':
      return form === 'string' || form === 'any' ? written : null;
    case 'bool':
      return form === 'string' ? null : truthOf(written);
    case 'integer':
      return form === 'string' || form === 'word' ? null : integerOf(written, type);
    case 'float':
      return form === 'string' ? null : floatOf(written);
    case 'enum':
      return form === 'string' ? null : enumOf(written, type.numbers, form);
    case 'message':
      return null;
  }
}

/** What is expected, to follow the word "expected". */
export function nameOfType(type: ValueType): string {
  switch (type.kind) {
    case 'text':
      return 'a text in quotation marks';
    case 'bool':
      return 'true or false';
    case 'integer':
      return `an integer from ${type.min} to ${type.max}`;
    case 'float':
      return 'a number';
    case 'enum':
      return `one of ${[...type.numbers.keys()].join(', ')}`;
    case 'message':
      return 'a message in { }';
  }
}

function shown(form: Form, written: string): string {
  const text = quoted(written);
  if (form === 'string') return `the text ${text.startsWith('"') ? text : `"${text}"`}`;
  return text;
}

const TRUTHS: Readonly<Record<string, string>> = {
  true: 'true',
  True: 'true',
  t: 'true',
  false: 'false',
  False: 'false',
  f: 'false',
};

function truthOf(written: string): string | null {
  if (Object.hasOwn(TRUTHS, written)) return TRUTHS[written] ?? null;
  const bit = naturalOf(written);
  return bit === 1n ? 'true' : bit === 0n ? 'false' : null;
}

function integerOf(
  written: string,
  { min, max }: { readonly min: bigint; readonly max: bigint },
): string | null {
  const isNegative = written.startsWith('-');
  const natural = naturalOf(isNegative ? written.slice(1) : written);
  if (natural === null) return null;
  const value = isNegative ? -natural : natural;
  return value >= min && value <= max ? String(value) : null;
}

/** Decimal, octal after a 0, hexadecimal after 0x. Numbers past 64 bits are none. */
function naturalOf(written: string): bigint | null {
  // A bound for the conversion, which takes the square of its digits.
  if (written.length > 40) return null;
  if (/^0[0-7]+$/.test(written)) return BigInt(`0o${written}`);
  return /^(0|[1-9]\d*|0[xX][0-9a-fA-F]+)$/.test(written) ? BigInt(written) : null;
}

/** The `f` of C behind a number means nothing. */
function floatOf(written: string): string | null {
  if (/^-?(inf|infinity)$/i.test(written)) return written.startsWith('-') ? '-inf' : 'inf';
  if (/^-?nan$/i.test(written)) return 'nan';
  const plain = written.replace(/[fF]$/, '');
  // 010 is octal to one reader and ten to another.
  return /^-?(0|[1-9]\d*|\d+[eE][-+]?\d+|(\d+\.\d*|\.\d+)([eE][-+]?\d+)?)$/.test(plain) ? plain : null;
}

function enumOf(written: string, numbers: ReadonlyMap<string, number>, form: Form): string | null {
  if (numbers.has(written)) return written;
  const number = integerOf(written, { min: -(2n ** 31n), max: 2n ** 31n - 1n });
  for (const [name, value] of numbers) {
    if (number === String(value)) return name;
    // Protobuf reads JSON so for Triton.
    if (form === 'any' && name.toLowerCase() === written.toLowerCase()) return name;
  }
  return null;
}
