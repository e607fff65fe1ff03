/**
 * Random loads on random models: whatever fails, dies, leaves or comes too late, every request is answered exactly once, and
 * whoever gets an answer gets what it would have got alone. A failure names its seed; `--test-name-pattern 'seed 17$'` runs it
 * again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#core/clock.js';
import { type ErrorCode, ServingError } from '#core/errors.js';
import type { Tensor } from '#tensor/tensor.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { oneOf, type Random, randomOf } from '../../test/support/random.js';
import { callOf } from '../../test/support/scheduling.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';
import { CoreShares } from './core-shares.js';
import {
  type BatchingOptions,
  PLAIN_BATCHING,
  PLAIN_POLICY,
  PLAIN_QUEUE,
  type QueueOptions,
} from './options.js';
import type { Runner, RunnerListener, RunOutcome } from './runner.js';
import { Scheduler } from './scheduler.js';
import type { Job, TaskResult } from './task.js';

const SEEDS = 150;
const REQUESTS = 120;
/** The first bytes of each row: the request's number, and whether the model chokes on it. */
const HEAD = 3;
const POISON = 1;

/** What a model of the test does with each row: adds a number to every byte. It does not look at other rows. */
const OUTPUTS: Readonly<Record<string, number>> = { same: 0, more: 1, most: 77 };

/** How a world behaves. */
interface World {
  readonly random: Random;
  readonly clock: FakeClock;
  readonly layout: BatchLayout;
  readonly batching: BatchingOptions;
  readonly queue: QueueOptions;
  /** A run of more rows than that fails, as that of a model which cannot. */
  readonly mostRows: number;
  /** One in so many runs fails for no reason, and one ends its runner. */
  readonly hiccups: number;
  readonly deaths: number;
  /** Whether runners come back. */
  readonly isMortal: boolean;
  /** Milliseconds of a run, and of each row. */
  readonly fixedMs: number;
  readonly perRowMs: number;
  readonly requests: Request[];
  readonly heard: number[];
  /** What went wrong in the middle of it. */
  readonly faults: string[];
  runnersLost: number;
}

interface Request {
  readonly job: Job;
  /** A copy: the job's bytes are given away. */
  readonly rows: readonly (readonly number[])[];
  readonly isPoisoned: boolean;
  readonly hasDeadline: boolean;
  readonly leaver: AbortController;
  settled: number;
  result: TaskResult | null;
  error: ServingError | null;
  /** It was in a run that failed for no reason of its own, or that ended its runner. */
  wasUnlucky: boolean;
}

function worldOf(seed: number): World {
  const random = randomOf(seed);
  const maxRows = oneOf(random, [0, 1, 2, 3, 4, 8, 8, 32]);
  const levels = oneOf(random, [0, 0, 3]);
  const policy = {
    timeoutAction: oneOf(random, ['reject', 'delay'] as const),
    defaultTimeoutMs: oneOf(random, [null, null, 40]),
    allowTimeoutOverride: random(2) === 0,
    maxSize: oneOf(random, [null, null, 20]),
  };
  return {
    random,
    clock: new FakeClock(),
    layout: { ...PLAIN_LAYOUT, axisOf: random(3) === 0 ? { x: 1, same: 1, more: 1, most: 1 } : {} },
    batching: {
      ...PLAIN_BATCHING,
      isOn: random(6) > 0,
      maxRows,
      maxDelayMs: oneOf(random, [null, null, 0, 5]),
      preferredRows: oneOf(random, [[], [], [2, 4]]),
      preserveOrdering: random(4) === 0,
      allowedRows:
        maxRows > 1 && random(4) === 0 ? [2, maxRows].filter((rows, i) => i > 0 || rows < maxRows) : [],
    },
    queue: {
      ...PLAIN_QUEUE,
      maxSize: oneOf(random, [1024, 1024, 10, 0]),
      maxRows: oneOf(random, [null, null, 30]),
      maxBytes: oneOf(random, [null, null, 500]),
      priorityLevels: levels,
      defaultPriority: levels === 0 ? 0 : 2,
      policy,
      policyOf: levels === 0 ? {} : { 3: { ...PLAIN_POLICY, maxSize: 5 } },
    },
    mostRows: oneOf(random, [1e9, 1e9, 1e9, 1, 5]),
    hiccups: oneOf(random, [1e9, 1e9, 10]),
    deaths: oneOf(random, [1e9, 1e9, 30]),
    isMortal: random(3) === 0,
    fixedMs: oneOf(random, [0, 0.1, 5, 30]),
    perRowMs: oneOf(random, [0.01, 1, 5]),
    requests: [],
    heard: [],
    faults: [],
    runnersLost: 0,
  };
}

/** A runner of a random model, which may fail or die. */
class RandomRunner implements Runner {
  readonly id = 'random';
  readonly hostThreads = 1;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #slots: number;
  #listener: RunnerListener | null = null;
  #isDead = false;
  #ends = new Set<(error: ServingError | null) => void>();

  constructor(world: World) {
    this.#world = world;
    this.#clock = world.clock;
    this.#slots = 1 + world.random(4);
  }

  get inFlight(): number {
    return this.#ends.size;
  }

  get freeSlots(): number {
    return this.#isDead ? 0 : Math.max(0, this.#slots - this.#ends.size);
  }

  listen(listener: RunnerListener): void {
    this.#listener = listener;
  }

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunOutcome> {
    const { random, fixedMs, perRowMs } = this.#world;
    const [x] = inputs as [Tensor];
    const rows = rowsOf(x, this.#world.layout);
    this.#lookAt(rows);
    const ms = (fixedMs + perRowMs * rows.length) * (0.5 + random(100) / 100);
    const error = await new Promise<ServingError | null>((resolve) => {
      const end = (outcome: ServingError | null): void => {
        this.#ends.delete(end);
        timer.cancel();
        resolve(outcome);
      };
      const timer = this.#clock.startTimer(ms, () => this.#end(end, rows));
      this.#ends.add(end);
    });
    if (error !== null) throw error;
    const answers = outputs.map((name) => ({
      ...x,
      name,
      data: x.data.map((byte) => byte + (OUTPUTS[name] ?? 0)),
    }));
    x.data.fill(0xee); // Its bytes were given away.
    return { outputs: answers, runNs: ms * 1e6, agoNs: 0 };
  }

  /** Nobody is run whose caller has had an error already, and no batch is larger than allowed. */
  #lookAt(rows: readonly (readonly number[])[]): void {
    const { faults, requests, batching } = this.#world;
    if (this.#isDead) faults.push('a runner that is not there was given a run');
    if (rows.length > Math.max(1, batching.maxRows)) faults.push(`a run of ${rows.length} rows`);
    for (const request of this.#requestsOf(rows)) {
      if (request.error !== null)
        faults.push(`request ${requests.indexOf(request)} was run after its answer`);
    }
  }

  #requestsOf(rows: readonly (readonly number[])[]): ReadonlySet<Request> {
    const found = rows.flatMap(([low = 0, high = 0]) => this.#world.requests[low + 256 * high - 1] ?? []);
    return new Set(found);
  }

  #end(end: (error: ServingError | null) => void, rows: readonly (readonly number[])[]): void {
    const { random, deaths } = this.#world;
    if (random(deaths) === 0) this.#die();
    else end(this.#errorOf(rows));
  }

  #errorOf(rows: readonly (readonly number[])[]): ServingError | null {
    const { random, hiccups, mostRows } = this.#world;
    if (rows.some((row) => row[2] === POISON)) return new ServingError('INTERNAL', 'poison');
    if (rows.length > mostRows) return new ServingError('INTERNAL', 'too many rows');
    if (random(hiccups) > 0) return null;
    this.#curse(rows);
    return new ServingError('INTERNAL', 'a hiccup');
  }

  #curse(rows: readonly (readonly number[])[]): void {
    for (const request of this.#requestsOf(rows)) request.wasUnlucky = true;
  }

  #die(): void {
    const { random, isMortal, requests } = this.#world;
    this.#isDead = true;
    // Which requests it had is not known here; whoever is answered with its death was unlucky.
    for (const request of requests) if (request.settled === 0) request.wasUnlucky = true;
    let suspicion: 'suspect' | null = 'suspect';
    for (const end of this.#ends) {
      end(new ServingError('INTERNAL', 'it died', { isRunnerLost: true, suspicion }));
      suspicion = null;
    }
    this.#clock.startTimer(1 + random(50), () => {
      if (isMortal && random(3) > 0) {
        this.#world.runnersLost++;
        this.#listener?.lost('it died for good');
        return;
      }
      this.#isDead = false;
      this.#listener?.available();
    });
  }
}

/** The bytes of each row of an input of shape [rows, width], or [width, rows]. */
function rowsOf({ shape, data, name }: Tensor, { axisOf }: BatchLayout): readonly (readonly number[])[] {
  const [first = 0, second = 0] = shape;
  if (axisOf[name] !== 1)
    return Array.from({ length: first }, (_, row) => [...data.subarray(row * second, (row + 1) * second)]);
  return Array.from({ length: second }, (_, row) =>
    Array.from({ length: first }, (_, at) => data[at * second + row] ?? 0),
  );
}

function requestOf({ random, layout, batching }: World, number: number): Request {
  const most = batching.maxRows === 0 ? 1 : batching.maxRows * 2;
  const count = random(3) === 0 ? 1 + random(most) : 1;
  const isPoisoned = random(25) === 0;
  const width = HEAD + random(3);
  const head = [number % 256, Math.floor(number / 256), isPoisoned ? POISON : 0];
  const rows = Array.from({ length: count }, () =>
    Array.from({ length: width }, (_, at) => head[at] ?? random(256)),
  );
  const isAcross = layout.axisOf['x'] === 1;
  const columns = Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? 0));
  const x: Tensor = {
    name: 'x',
    datatype: 'UINT8',
    shape: isAcross ? [width, count] : [count, width],
    data: Uint8Array.from((isAcross ? columns : rows).flat()),
  };
  const timeoutUs = random(4) === 0 ? 1000 * (1 + random(100)) : 0;
  const names = Object.keys(OUTPUTS).filter(() => random(2) === 0);
  return {
    job: {
      inputs: [x],
      outputs: names.length === 0 ? ['more'] : random(2) === 0 ? names : names.reverse(),
      rows: count,
      schedule: { priority: random(5), timeoutUs },
      sequence: null,
    },
    rows,
    isPoisoned,
    hasDeadline: timeoutUs > 0,
    leaver: new AbortController(),
    settled: 0,
    result: null,
    error: null,
    wasUnlucky: false,
  };
}

function submit(scheduler: Scheduler, world: World): void {
  const { random, clock, requests, heard } = world;
  const request = requestOf(world, requests.length + 1);
  const at = requests.push(request) - 1;
  const deadline = random(6) === 0 ? clock.now() + random(150) : null;
  const mine: Request = deadline === null ? request : { ...request, hasDeadline: true };
  requests[at] = mine;
  scheduler.submit(mine.job, callOf({ signal: mine.leaver.signal, deadline })).then(
    (result) => {
      mine.settled++;
      mine.result = result;
      heard.push(at);
    },
    (error: ServingError) => {
      mine.settled++;
      mine.error = error;
      // Who is turned away at the door waits for nobody.
      if (error.code !== 'OVERLOADED' && error.code !== 'UNAVAILABLE') heard.push(at);
    },
  );
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets requests come, time pass and callers leave, until all is answered. */
async function play(world: World): Promise<void> {
  const { random, clock, layout, batching, queue, requests } = world;
  const cores = random(2) === 0 ? new CoreShares(2) : null;
  const options = { batching, queue };
  const scheduler = new Scheduler({ options, layout, clock, label: 'random/1', cores, onRun: () => {} });
  const runners = Array.from({ length: 1 + random(3) }, () => new RandomRunner(world));
  for (const runner of runners) scheduler.add(runner, () => {});
  while (requests.length < REQUESTS) {
    for (let burst = random(6); burst > 0; burst--) submit(scheduler, world);
    if (random(3) > 0) await turn();
    if (random(2) === 0) clock.advance(random(20));
    if (random(4) === 0) requests[random(requests.length + 1)]?.leaver.abort();
  }
  let isStopped = false;
  void scheduler.stop().then(() => {
    isStopped = true;
  });
  for (let step = 0; step < 20_000 && !(isStopped && requests.every(({ settled }) => settled > 0)); step++) {
    await turn();
    clock.advance(5);
  }
  await turn();
  assert.equal(isStopped, true, 'it stops once all is answered');
  assert.equal(scheduler.waiting, 0);
  // Of a runner that died late: it comes back to nobody.
  for (let step = 0; step < 20; step++) clock.advance(5);
  await turn();
  assert.equal(clock.timers, 0, 'timers are left');
}

/** Whether a request may have come to that end. */
function mayFail(
  code: ErrorCode,
  request: Request,
  { queue, batching, mostRows, runnersLost }: World,
): boolean {
  const { defaultTimeoutMs, timeoutAction } = queue.policy;
  const isBounded = [queue.maxSize < 1024, queue.maxRows, queue.maxBytes, queue.policy.maxSize].some(Boolean);
  const runRows = batching.allowedRows.find(
    (allowed) => allowed >= Math.min(request.job.rows, batching.maxRows),
  );
  switch (code) {
    case 'OVERLOADED':
      return isBounded || queue.priorityLevels > 0 || request.hasDeadline || defaultTimeoutMs !== null;
    case 'DEADLINE_EXCEEDED':
      return request.hasDeadline || (defaultTimeoutMs !== null && timeoutAction === 'reject');
    case 'CANCELLED':
      return request.leaver.signal.aborted;
    case 'INTERNAL':
      return request.isPoisoned || request.wasUnlucky || (runRows ?? request.job.rows) > mostRows;
    case 'UNAVAILABLE':
      return runnersLost > 0;
    default:
      return false;
  }
}

function check(request: Request, at: number, world: World): void {
  const { job, rows, settled, result, error, isPoisoned } = request;
  assert.equal(settled, 1, `request ${at} was answered ${settled} times`);
  if (error !== null) {
    assert.ok(
      mayFail(error.code, request, world),
      `request ${at} failed with ${error.code}: ${error.message}`,
    );
    return;
  }
  assert.ok(!isPoisoned, `request ${at} cannot have been run`);
  const { outputs = [] } = result ?? {};
  assert.deepEqual(
    outputs.map(({ name }) => name),
    job.outputs,
    `outputs of request ${at}`,
  );
  for (const output of outputs) {
    assert.deepEqual(output.shape, job.inputs[0]?.shape, `shape of request ${at}`);
    const expected = rows.map((row) => row.map((byte) => (byte + (OUTPUTS[output.name] ?? 0)) % 256));
    assert.deepEqual(rowsOf(output, world.layout), expected, `rows of request ${at}`);
  }
}

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`every request is answered once, with its own rows: seed ${seed}`, async () => {
    const world = worldOf(seed);
    await play(world);
    assert.deepEqual(world.faults, []);
    for (const [at, request] of world.requests.entries()) check(request, at, world);
    if (!world.batching.preserveOrdering) return;
    assert.deepEqual(
      world.heard,
      [...world.heard].sort((a, b) => a - b),
      'answers in order',
    );
  });
}

test('the worlds are not all alike: enough is answered, batched, refused, cancelled, late and broken', async () => {
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let seed = 1; seed <= 40; seed++) {
    const world = worldOf(seed);
    await play(world);
    for (const { result, error, job } of world.requests) {
      count(error?.code ?? 'answered');
      if ((result?.timings.batchRows ?? 0) > job.rows) count('batched');
      if (result !== null && job.rows > world.batching.maxRows && world.batching.maxRows > 0) count('split');
    }
  }
  const kinds = ['answered', 'batched', 'split', 'OVERLOADED', 'CANCELLED', 'DEADLINE_EXCEEDED', 'INTERNAL'];
  for (const kind of [...kinds, 'UNAVAILABLE']) {
    assert.ok((seen.get(kind) ?? 0) >= 20, `${kind}: ${seen.get(kind) ?? 0} of ${JSON.stringify([...seen])}`);
  }
});
