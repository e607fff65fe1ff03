/**
 * The ceiling of a batch scheduler: as many loops over the engine as the server has instances, side by side, each
 * with runs of so many rows. Each turn copies the input in and the output out, as any server must.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface BareBatchOrder {
  readonly rows: number;
  readonly durationMs: number;
}

export interface BareBatchResult {
  /** Rows of all loops together. */
  readonly perSecond: number;
  /** Of one run, while all loops run: the median. */
  readonly runMs: number;
}

/** What a loop is made of. */
export interface LoopSetup {
  readonly path: string;
  /** Without the axis of the batch. */
  readonly rowShape: readonly number[];
}

const [path = '', rowShape = '[]', instances = '1'] = process.argv.slice(2);
const setup: LoopSetup = { path, rowShape: JSON.parse(rowShape) as number[] };
const loops = await Promise.all(
  Array.from({ length: Number(instances) }, async () => {
    const loop = new Worker(new URL('./bare-batch-loop.js', import.meta.url), { workerData: setup });
    await once(loop, 'message');
    return loop;
  }),
);

async function run(order: BareBatchOrder): Promise<BareBatchResult> {
  const results = await Promise.all(
    loops.map(async (loop) => {
      loop.postMessage(order);
      const [result] = (await once(loop, 'message')) as [BareBatchResult];
      return result;
    }),
  );
  return {
    perSecond: results.reduce((sum, { perSecond }) => sum + perSecond, 0),
    runMs: results.reduce((sum, { runMs }) => sum + runMs, 0) / results.length,
  };
}

process.on('message', (order: BareBatchOrder) => void run(order).then((result) => process.send?.(result)));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
