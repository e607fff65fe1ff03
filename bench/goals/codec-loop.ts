/** One way of reading or writing a tensor as JSON, again and again, in a process of its own: V8 learns only this one. */

import { readTensorData } from '#protocol/rest/json-data.js';
import { PLAIN_JSON } from '#protocol/rest/json-form.js';
import { JsonReader } from '#protocol/rest/json-reader.js';
import { writeTensorData } from '#protocol/rest/json-tensor.js';
import { JsonWriter } from '#protocol/rest/json-writer.js';
import { viewOf } from '#tensor/view.js';
import { bytesOf } from '../../test/support/onnx-models.js';
import { uniform } from '../arrivals.js';

export type Way = 'read' | 'parse' | 'write' | 'stringify';
/** How the text has its numbers: as short as they can be, or as a double says them, as Python and V8 do. */
export type Digits = 'short' | 'long';

export interface CodecOrder {
  readonly durationMs: number;
}

export interface CodecResult {
  /** For each element. */
  readonly nanos: number;
  /** Of the text. */
  readonly bytes: number;
}

/** An image of 3 x 224 x 224. */
const ELEMENTS = 150_528;

const [way = 'read', digits = 'short'] = process.argv.slice(2) as [Way, Digits];
const random = uniform(5);
const values = Float32Array.from({ length: ELEMENTS }, random);
const tensor = { name: 'x', datatype: 'FP32', shape: [ELEMENTS], data: bytesOf(values) } as const;
const text = digits === 'short' ? ours().toString('latin1') : JSON.stringify(Array.from(values));
const bytes = Buffer.from(text);

function ours(): Buffer {
  const writer = new JsonWriter();
  writeTensorData(writer, tensor, { json: PLAIN_JSON, nanTokens: false });
  return writer.finish();
}

/** Each does once what is measured, and answers what came of it. */
const WAYS: Readonly<Record<Way, () => ArrayLike<number> | string | Buffer>> = {
  read() {
    const head = { place: 'inputs[0]', name: 'x', datatype: 'FP32', shape: [ELEMENTS] } as const;
    return viewOf(readTensorData(new JsonReader(bytes), head, PLAIN_JSON), 'FP32');
  },
  parse: () => Float32Array.from(JSON.parse(text) as number[]),
  write: ours,
  stringify: () => JSON.stringify(Array.from(values)),
};

/** All of them read and write the same numbers. */
function check(): void {
  const found = WAYS[way]();
  const read =
    typeof found === 'string' || Buffer.isBuffer(found) ? (JSON.parse(String(found)) as number[]) : found;
  for (let i = 0; i < ELEMENTS; i++) {
    if (Math.fround(read[i] ?? Number.NaN) !== values[i])
      throw new Error(`${way} made another number of element ${i}`);
  }
}

function loop({ durationMs }: CodecOrder): CodecResult {
  const startedAt = performance.now();
  let turns = 0;
  let found: ReturnType<(typeof WAYS)[Way]> = '';
  while (performance.now() - startedAt < durationMs) {
    found = WAYS[way]();
    turns++;
  }
  const nanos = ((performance.now() - startedAt) * 1e6) / (turns * ELEMENTS);
  return { nanos, bytes: found.length };
}

check();
process.on('message', (order: CodecOrder) => process.send?.(loop(order)));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
