/** One process of many: fuzzes what it is told to, a slice at a time, and says what came of it. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Fuzzer } from './fuzzer.js';
import { describeFinding, minimised } from './minimise.js';
import { targetNamed } from './targets/index.js';

/** So many inputs of one target. */
export interface Slice {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
}

/** What a slice came to. Counts are of this slice alone, but for those that can only be of all. */
export interface SliceResult {
  readonly target: string;
  readonly inputs: number;
  readonly elapsedMs: number;
  readonly outcomes: number;
  readonly kept: number;
  readonly slowestMs: number;
  readonly rssBytes: number;
  /** What was found, to be printed; null for nothing. */
  readonly finding: string | null;
}

const fuzzers = new Map<string, Fuzzer>();
/** The input that is being run: whoever ends this process, or finds it dead, can read it there. */
const inFlight = openSync(process.argv[2] ?? '/dev/null', 'w');

process.on('message', (slice: Slice | 'stop') => {
  if (slice === 'stop') void stop();
  else void run(slice).then((result) => process.send?.(result));
});
// Without a parent there is nobody to tell.
process.on('disconnect', () => process.exit());
// What a target has left behind must not be lost.
process.on('unhandledRejection', (thrown) => {
  throw thrown;
});

async function run({ target: name, seed, inputs }: Slice): Promise<SliceResult> {
  const target = targetNamed(name);
  const fuzzer = fuzzers.get(name) ?? new Fuzzer(target, seed);
  fuzzers.set(name, fuzzer);
  fuzzer.onInput = remember;
  const before = fuzzer.inputs;
  const began = performance.now();
  const found = await fuzzer.run(inputs);
  const elapsedMs = performance.now() - began;
  const { outcomes, kept, slowestMs } = fuzzer;
  return {
    target: name,
    inputs: fuzzer.inputs - before,
    elapsedMs,
    outcomes,
    kept,
    slowestMs,
    rssBytes: process.memoryUsage.rss(),
    finding: found === null ? null : describeFinding(await minimised(found, target)),
  };
}

/** Its length, then its bytes, over those of the one before. */
function remember(input: Uint8Array): void {
  const head = Buffer.alloc(4 + input.length);
  head.writeUInt32LE(input.length);
  head.set(input, 4);
  writeSync(inFlight, head, 0, head.length, 0);
}

async function stop(): Promise<void> {
  for (const { target } of fuzzers.values()) await target.stop?.();
  closeSync(inFlight);
  process.disconnect();
}
