import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FuzzTarget } from './target.js';
import type { Slice, SliceResult } from './worker.js';

/** A slice takes a second or so. One that takes this long hangs. */
const LONGEST_SLICE_MS = 60_000;
/** What any input may keep of JavaScript's memory is far below; beyond it V8 ends the process, which is a finding. */
const HEAP_MIB = 512;

export interface PoolOptions {
  readonly targets: readonly FuzzTarget[];
  readonly seed: number;
  readonly workers: number;
  /** Inputs of each target, all workers together; null where time ends it. */
  readonly runs: number | null;
  /** Null where the number of inputs ends it. */
  readonly minutes: number | null;
  readonly onResult: (result: SliceResult) => void;
}

/** Inputs of a slice of a target of usual cost. */
const SLICE_INPUTS = 5000;

/**
 * Fuzzes with several processes. Each goes round the targets, a slice of each at a time, with seeds of its own, so that
 * a process that hangs or dies takes nothing else with it. Ends once the time is over or every target has had its inputs.
 */
export async function runPool(options: PoolOptions): Promise<void> {
  const queue = new WorkQueue(options);
  await Promise.all(Array.from({ length: options.workers }, (_, index) => runWorker(index, queue, options)));
}

/** Deals out what is left to do. */
class WorkQueue {
  readonly #options: PoolOptions;
  readonly #endsAt: number;
  readonly #left: Map<string, number>;
  /** Targets with a finding: the rest of their inputs would find the same. */
  readonly #done = new Set<string>();

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#endsAt = options.minutes === null ? Infinity : performance.now() + options.minutes * 60_000;
    this.#left = new Map(options.targets.map(({ name }) => [name, options.runs ?? Infinity]));
  }

  /** The next slice of a worker, which has had `turn` before; null where nothing is left. */
  next(worker: number, turn: number): Slice | null {
    const open = this.#options.targets.filter(({ name }) => !this.#done.has(name) && this.#leftOf(name) > 0);
    const target = open[(turn + worker * 7) % Math.max(1, open.length)];
    if (target === undefined || performance.now() > this.#endsAt) return null;
    const { name, cost = 1 } = target;
    const inputs = Math.min(this.#leftOf(name), Math.ceil(SLICE_INPUTS / cost));
    this.#left.set(name, this.#leftOf(name) - inputs);
    return { target: name, seed: this.#options.seed + worker * 1_000_003, inputs };
  }

  close(target: string): void {
    this.#done.add(target);
  }

  #leftOf(name: string): number {
    return this.#left.get(name) ?? 0;
  }
}

async function runWorker(index: number, queue: WorkQueue, { onResult }: PoolOptions): Promise<void> {
  const inFlight = join(mkdtempSync(join(tmpdir(), 'furiosa-fuzz-')), 'in-flight');
  let child = start(inFlight);
  for (let turn = 0; ; turn++) {
    const slice = queue.next(index, turn);
    if (slice === null) break;
    const result = await ask(child, slice);
    if (typeof result !== 'string') {
      if (result.finding !== null) queue.close(slice.target);
      onResult(result);
      continue;
    }
    child.kill('SIGKILL');
    queue.close(slice.target);
    onResult(fatal(slice, result, inFlight));
    child = start(inFlight);
  }
  if (child.connected) child.send('stop');
}

function start(inFlight: string): ChildProcess {
  const path = fileURLToPath(new URL('./worker.js', import.meta.url));
  const execArgv = ['--enable-source-maps', `--max-old-space-size=${HEAP_MIB}`];
  return fork(path, [inFlight], { execArgv });
}

/** The result of a slice, or how the process ended instead. */
function ask(child: ChildProcess, slice: Slice): Promise<SliceResult | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => settle(`hangs: no end after ${LONGEST_SLICE_MS / 1000} s`),
      LONGEST_SLICE_MS,
    );
    const onExit = (code: number | null, signal: string | null): void =>
      settle(`the process ended with ${signal ?? code}`);
    const settle = (result: SliceResult | string): void => {
      clearTimeout(timer);
      child.off('message', settle);
      child.off('exit', onExit);
      resolve(result);
    };
    child.on('message', settle);
    child.on('exit', onExit);
    child.send(slice);
  });
}

/** A finding that its process could not tell of itself. */
function fatal({ target, seed }: Slice, how: string, inFlight: string): SliceResult {
  const bytes = readFileSync(inFlight);
  const input = bytes.length < 4 ? bytes : bytes.subarray(4, 4 + bytes.readUInt32LE(0));
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(tmpdir(), `furiosa-fuzz-${target}-${digest}.bin`);
  writeFileSync(path, input);
  const finding = `${target}: ${how}\n  seed ${seed}; the input (${input.length} bytes) is saved as ${path}`;
  return { target, inputs: 0, elapsedMs: 0, outcomes: 0, kept: 0, slowestMs: 0, rssBytes: 0, finding };
}
