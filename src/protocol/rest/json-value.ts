import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Parameters, ParameterValue } from '#inference/request.js';
import { datatypeOf } from '#protocol/datatype-word.js';
import { MAX_INDEX, notAnIndex } from '#protocol/request-faults.js';
import type { DataType } from '#tensor/datatype.js';
import { byteAt, isDigit, MINUS, QUOTE } from './json-bytes.js';
import { integerOf } from './json-decimal.js';
import { textOf } from './json-error.js';
import { type JsonReader, within } from './json-reader.js';

/** Reads an integer from 0 to 2^53 - 1; 2.0 and 1e2 are integers too. */
export function readIndex(reader: JsonReader, place: string): number {
  const text = numberText(reader, place, 'a non-negative integer');
  const value = Number(integerOf(text) ?? -1n);
  if (value < 0 || value > MAX_INDEX) {
    throw notAnIndex(place, text);
  }
  return value;
}

/** Reads one of V2's datatypes. */
export function readDataType(reader: JsonReader, place: string): DataType {
  return datatypeOf(reader.string(place), place);
}

/** Reads an object of strings, numbers and booleans; `null` stands for an empty one. */
export function readParameters(reader: JsonReader, place: string): Parameters {
  const values = new Map<string, ParameterValue>();
  if (reader.null()) return {};
  reader.entries(place, (name) => {
    const here = within(place, name);
    if (values.has(name)) throw invalid(`'${clip(here)}' is given twice`);
    values.set(name, readParameter(reader, here));
  });
  return Object.fromEntries(values);
}

const LOWER_F = 0x66;
const LOWER_T = 0x74;

/** Reads a string, a number or a boolean. */
export function readParameter(reader: JsonReader, place: string): ParameterValue {
  const first = reader.peek();
  if (first === QUOTE) return reader.string(place);
  if (first === LOWER_T || first === LOWER_F) return readFlagValue(reader, place);
  return parameterNumber(numberText(reader, place, 'a string, a number or a boolean'), place);
}

/** Reads `true` or `false`. */
export function readFlagValue(reader: JsonReader, place: string): boolean {
  const first = reader.peek();
  if (first !== LOWER_T && first !== LOWER_F) throw reader.mismatch(place, 'true or false');
  reader.skip();
  return first === LOWER_T;
}

/** An integer that a number cannot hold becomes a bigint; one that 64 bits cannot hold is refused. */
function parameterNumber(text: string, place: string): number | bigint {
  const value = Number(text);
  if (!/[.eE]/.test(text) && !Number.isSafeInteger(value)) {
    const integer = integerOf(text);
    if (integer !== null && integer >= -(2n ** 63n) && integer < 2n ** 64n) return integer;
    throw invalid(`'${clip(place)}' must be an integer of at most 64 bits, but is ${clip(text)}`);
  }
  if (Number.isFinite(value)) return value;
  throw invalid(`'${clip(place)}' must be a finite number, but is ${clip(text)}`);
}

/** Reads a number, and not NaN or an infinity, as it is written. */
function numberText(reader: JsonReader, place: string, expected: string): string {
  const first = reader.peek();
  const from = reader.at;
  if (!isDigit(first === MINUS ? byteAt(reader.bytes, from + 1) : first))
    throw reader.mismatch(place, expected);
  reader.skip();
  return textOf(reader.bytes, from, reader.at);
}
