/**
 * The ceiling: a loop over the same engine with the same options and nothing around it. Each turn copies the input in
 * and the output out, as any server must.
 */
import { openSession } from '#backend/registry.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { PLAIN_OPTIONS } from '../test/support/load-options.js';
import { type LoadResult, loadResult } from './load-result.js';

export interface BareOrder {
  readonly durationMs: number;
}

/** The words after the file: shapes of the input as JSON, which the runs take in turns. */
const [path = '', ...shapes] = process.argv.slice(2);
const { session } = await openSession({ path }, PLAIN_OPTIONS);
const spec = session.inputs[0];
if (spec === undefined || spec.datatype === 'BYTES') throw new Error(`${path} has no input of fixed size`);
const { name, datatype } = spec;
const outputs = session.outputs.map((output) => output.name);
const inputs = shapes.map((text) => {
  const shape = JSON.parse(text) as number[];
  return { shape, bytes: new Uint8Array(shape.reduce((a, b) => a * b, DATATYPE_BYTES[datatype])) };
});

async function loop({ durationMs }: BareOrder): Promise<LoadResult> {
  const startedAt = performance.now();
  const times: number[] = [];
  for (let now = startedAt; now - startedAt < durationMs; ) {
    const { shape, bytes } = inputs[times.length % inputs.length] ?? { shape: [], bytes: new Uint8Array() };
    const answer = await session.run([{ name, datatype, shape, data: bytes.slice() }], outputs);
    for (const tensor of answer) tensor.data.slice();
    const before = now;
    now = performance.now();
    times.push(now - before);
  }
  return loadResult(times, 0, times.length / ((performance.now() - startedAt) / 1000));
}

process.on('message', (order: BareOrder) => void loop(order).then((result) => process.send?.(result)));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
