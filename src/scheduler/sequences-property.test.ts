/** Random sequences: whatever comes in which order, every request is answered once and sees its own history only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServingError } from '#core/errors.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import {
  HeldModel,
  HISTORY_MODEL,
  HISTORY_OPTIONS,
  historyJob,
  listOf,
} from '../../test/support/history-model.js';
import { randomOf } from '../../test/support/random.js';
import type { SequenceStrategy } from './sequence-options.js';
import { openSequences, type SequenceScheduler } from './sequences.js';

const SEEDS = 300;
const STEPS = 120;
const IDS = 5;

/** A request, and what has come of it. */
interface Said {
  readonly x: number;
  readonly id: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  readonly leaver: AbortController;
  answers: number;
  list: readonly number[] | null;
  error: string | null;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const was = (said: Said, code: string): boolean => said.error?.startsWith(code) ?? false;

/** It was turned away at the door: nobody behind it knows of it. */
const isRefused = (said: Said): boolean => was(said, 'INVALID_ARGUMENT') || was(said, 'OVERLOADED');

const strategies: readonly (readonly [strategy: SequenceStrategy, slots: number])[] = [
  [{ kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 }, 2],
  [{ kind: 'oldest', maxCandidates: 3, preferredRows: [], maxDelayMs: 0, preserveOrdering: false }, 3],
];

for (const [strategy, slots] of strategies) {
  test(`${SEEDS} random courses of events with the ${strategy.kind} strategy`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) await course(seed, strategy, slots);
  });
}

async function course(seed: number, strategy: SequenceStrategy, slots: number): Promise<void> {
  const random = randomOf(seed);
  const clock = new FakeClock();
  const held = new HeldModel();
  const options = { ...HISTORY_OPTIONS, strategy };
  const scheduler = await openSequences(
    { options, model: HISTORY_MODEL, inner: held, maxWaiting: 6, clock },
    () => Promise.reject(new Error('no file')),
  );
  const all: Said[] = [];
  const events: readonly (() => void)[] = [
    () => all.push(say(scheduler, all.length, random, clock)),
    () => all.push(say(scheduler, all.length, random, clock)),
    () => held.runs[random(slots)]?.finish(),
    () => held.runs[random(slots)]?.finish(),
    () => random(4) === 0 && held.runs[random(slots)]?.fail(new Error('boom')),
    () => random(2) === 0 && all[random(Math.max(1, all.length))]?.leaver.abort(),
    () => clock.advance(random(400)),
  ];
  const checkInside = (): void => {
    const ids = held.runs.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, `seed ${seed}: one request of a sequence at a time`);
    assert.ok(ids.length <= slots, `seed ${seed}: ${ids.length} sequences inside`);
  };
  for (let step = 0; step < STEPS; step++) {
    events[random(events.length)]?.();
    await settle();
    checkInside();
  }
  const stopping = scheduler.stop();
  for (let turn = 0; turn < STEPS && held.runs.length > 0; turn++) {
    held.runs[0]?.finish();
    await settle();
    checkInside();
  }
  await stopping;
  assert.deepEqual([scheduler.waiting, scheduler.sequences, clock.timers], [0, 0, 0], `seed ${seed}`);
  for (const said of all) check(said, all, held, seed);
}

function say(
  scheduler: SequenceScheduler,
  x: number,
  random: (below: number) => number,
  clock: FakeClock,
): Said {
  const said: Said = {
    x,
    id: 1 + random(IDS),
    isStart: random(3) === 0,
    isEnd: random(5) === 0,
    leaver: new AbortController(),
    answers: 0,
    list: null,
    error: null,
  };
  const { id, isStart, isEnd, leaver } = said;
  const deadline = random(4) === 0 ? clock.now() + random(300) : null;
  scheduler
    .submit(historyJob(x, { id: BigInt(id), isStart, isEnd }), {
      signal: leaver.signal,
      deadline,
      receivedAt: 0,
    })
    .then(
      (result) => {
        said.answers++;
        said.list = listOf(result);
      },
      ({ code, message }: ServingError) => {
        said.answers++;
        said.error = `${code}: ${message}`;
      },
    );
  return said;
}

/** Holds one request against all that came before it. */
function check(said: Said, all: readonly Said[], held: HeldModel, seed: number): void {
  const where = `seed ${seed}, request ${said.x}`;
  assert.equal(said.answers, 1, `${where} is answered once`);
  const runs = held.seen.filter((x) => x === said.x).length;
  const isRun = said.list !== null || was(said, 'INTERNAL');
  assert.equal(runs, isRun ? 1 : 0, `${where} is run once, or never: ${said.error}`);
  if (isRefused(said)) return;
  const before = all.slice(0, said.x).filter((each) => each.id === said.id && !isRefused(each));
  const from = said.isStart ? before.length : before.findLastIndex((each) => each.isStart);
  assert.notEqual(from, -1, `${where} has a START before it`);
  const history = before.slice(from).filter((each) => each.list !== null);
  assert.ok(!history.some(({ isEnd }) => isEnd), `${where} is not behind the END of its sequence`);
  if (said.list !== null) assert.deepEqual(said.list, [...history.map(({ x }) => x), said.x], where);
}
