/**
 * An open-loop load generator: requests leave when they are due, whether or not others have been answered, and their
 * latency counts from then. Source of the rule: LoadGen of MLPerf, whose latency starts at the scheduled time.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ConnectionPool } from './connection-pool.js';
import { type Due, type Score, steadyMs } from './metronome.js';
import { newSamples, type OpenLoadDone, type OpenLoadOrder, putSample } from './open-load-order.js';

/** From the order to the first moment: the metronome has to start. */
const LEAD_MS = 150;
/** How long before a request is due its generator is awake, and looks at the clock between any two events. */
const AHEAD_MS = 0.4;
/** Of requests that come more often this would make a loop that never sleeps; theirs are the longer latencies, too. */
const MOST_AHEAD_PER_SECOND = 1500;
const PRIORITY = -10;
/** How long answers are waited for when the last request is due. */
const PATIENCE_MS = 10_000;

async function load(order: OpenLoadOrder): Promise<OpenLoadDone> {
  const arrivals = doublesOf(order.arrivalsFile);
  const pool = new ConnectionPool(order.port, readFileSync(order.requestFile), order.connections);
  await pool.open();
  const samples = newSamples(arrivals.length);
  const seconds = (arrivals.at(-1) ?? 0) / 1000;
  const aheadMs = arrivals.length > MOST_AHEAD_PER_SECOND * seconds ? 0 : AHEAD_MS;
  const startsAt = steadyMs() + LEAD_MS;
  await play(pool, { arrivals, startsAt, aheadMs }, samples);
  pool.close();
  writeFileSync(order.samplesFile, new Uint8Array(samples.buffer));
  return { startsAt };
}

/** Settles when all is answered, or has been waited for long enough. */
function play(pool: ConnectionPool, score: Score, samples: Float64Array): Promise<void> {
  const { arrivals, startsAt } = score;
  for (const [i, scheduledMs] of arrivals.entries())
    putSample(samples, i, { scheduledMs, latencyMs: Infinity, lagMs: Infinity, status: 0 });
  return new Promise((resolve, reject) => {
    if (arrivals.length === 0) return resolve();
    const metronome = new Worker(new URL('./metronome.js', import.meta.url), { workerData: score });
    let sent = 0;
    let answers = 0;
    const send = (at: number): void => {
      const scheduledMs = arrivals[at] ?? 0;
      let lagMs = 0;
      const onSent = (): void => {
        lagMs = steadyMs() - startsAt - scheduledMs;
        putSample(samples, at, { scheduledMs, latencyMs: Infinity, lagMs, status: 0 });
      };
      pool.send(onSent, (status) => {
        const latencyMs = steadyMs() - startsAt - scheduledMs;
        if (status !== 0) putSample(samples, at, { scheduledMs, latencyMs, lagMs, status });
        if (++answers === arrivals.length) resolve();
      });
    };
    let announced = 0;
    let isAwake = false;
    const sendDue = (): void => {
      while (sent < announced && startsAt + (arrivals[sent] ?? 0) <= steadyMs()) send(sent++);
      isAwake = sent < announced;
      if (isAwake) setImmediate(sendDue);
    };
    metronome.on('message', (due: Due) => {
      announced = due;
      if (!isAwake) sendDue();
    });
    metronome.on('error', reject);
    setTimeout(resolve, LEAD_MS + (arrivals.at(-1) ?? 0) + PATIENCE_MS).unref();
  });
}

function doublesOf(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Above the server's threads, which may run on its CPU: else it is late when they are busy. Not every user may. */
function hurry(): void {
  try {
    setPriority(PRIORITY);
  } catch {
    // It is measured how late it is.
  }
}

hurry();
process.on('message', (order: OpenLoadOrder) => {
  load(order).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
