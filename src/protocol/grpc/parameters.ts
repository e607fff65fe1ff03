import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Parameters, ParameterValue } from '#inference/request.js';
import { CHUNK, FIXED64, VARINT, type WireReader } from './wire-reader.js';

/** More parameters than anybody has. Bounds what a message can make of few bytes. */
const MAX_PARAMETERS = 4096;

/** Collects the entries of a `map<string, InferParameter>`; of a key that is given twice, the last counts. */
export class ParameterMap {
  readonly #values = new Map<string, ParameterValue>();
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  /** Takes one entry of the map. */
  add(entry: WireReader): void {
    let key = '';
    let value: ParameterValue | null = null;
    while (entry.next()) {
      if (entry.field === 1) key = entry.text();
      else if (entry.field === 2) value = readParameter(entry.message('InferParameter')) ?? value;
      else entry.skip();
    }
    if (value === null) {
      throw invalid(
        `'${this.#place}.${clip(key)}' has no value: expected bool_param, int64_param, string_param, double_param or uint64_param`,
      );
    }
    if (this.#values.size === MAX_PARAMETERS && !this.#values.has(key))
      throw invalid(`'${this.#place}' has more than ${MAX_PARAMETERS} entries`);
    this.#values.set(key, value);
  }

  get values(): Parameters {
    return Object.fromEntries(this.#values);
  }
}

function readParameter(reader: WireReader): ParameterValue | null {
  let value: ParameterValue | null = null;
  while (reader.next()) {
    if (reader.field === 1) value = reader.bool();
    else if (reader.field === 2) value = reader.int64();
    else if (reader.field === 3) value = reader.text();
    else if (reader.field === 4) value = reader.double();
    else if (reader.field === 5) value = reader.uint64();
    else reader.skip();
  }
  return value;
}

/** Writes parameters as the map `field`. Integers become int64_param, or uint64_param where only that holds them. */
export function writeParameters(writer: BinaryWriter, field: number, parameters: Parameters): void {
  for (const [key, value] of Object.entries(parameters)) {
    writer.tag(field, CHUNK).fork();
    writer.tag(1, CHUNK).string(key);
    writer.tag(2, CHUNK).fork();
    writeParameter(writer, value);
    writer.join().join();
  }
}

function writeParameter(writer: BinaryWriter, value: ParameterValue): void {
  if (typeof value === 'boolean') writer.tag(1, VARINT).bool(value);
  else if (typeof value === 'string') writer.tag(3, CHUNK).string(value);
  else if (typeof value === 'bigint' && value >= 2n ** 63n) writer.tag(5, VARINT).uint64(value);
  else if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0)))
    writer.tag(2, VARINT).int64(value);
  else writer.tag(4, FIXED64).double(value);
}
