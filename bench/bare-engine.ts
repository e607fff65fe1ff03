/**
 * The ceiling: a loop over the same engine with the same options and nothing around it. Each turn copies the input in
 * and the output out, as any server must.
 */
import { openSession } from '#backend/registry.js';
import { PLAIN_OPTIONS } from '../test/support/load-options.js';

export interface BareOrder {
  readonly durationMs: number;
}

export interface BareResult {
  readonly runs: number;
  readonly seconds: number;
}

const [path = '', shape = '[]'] = process.argv.slice(2);
const dims = JSON.parse(shape) as number[];
const { session } = await openSession({ path }, PLAIN_OPTIONS);
const spec = session.inputs[0];
if (spec === undefined) throw new Error(`${path} has no input`);
const outputs = session.outputs.map((output) => output.name);
const bytes = new Uint8Array(dims.reduce((product, axis) => product * axis, 4));

async function loop({ durationMs }: BareOrder): Promise<BareResult> {
  const startedAt = performance.now();
  let runs = 0;
  while (performance.now() - startedAt < durationMs) {
    const input = {
      name: spec?.name ?? '',
      datatype: spec?.datatype ?? 'FP32',
      shape: dims,
      data: bytes.slice(),
    };
    const answer = await session.run([input], outputs);
    for (const tensor of answer) tensor.data.slice();
    runs++;
  }
  return { runs, seconds: (performance.now() - startedAt) / 1000 };
}

process.on('message', (order: BareOrder) => void loop(order).then((result) => process.send?.(result)));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
