import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_POLICY, PLAIN_QUEUE, type QueueOptions, type QueuePolicy } from './options.js';
import { termsOf } from './terms.js';

const NOW = 1000;

interface Row {
  readonly name: string;
  readonly timeoutMs?: number;
  /** The caller's own. */
  readonly deadline?: number;
  readonly policy?: Partial<QueuePolicy>;
  readonly terms: { deadline: number | null; delayedAt: number | null };
}

const timeouts: Row[] = [
  { name: 'nobody says anything', terms: { deadline: null, delayedAt: null } },
  { name: "the request's own", timeoutMs: 30, terms: { deadline: 1030, delayedAt: null } },
  { name: "the model's", policy: { defaultTimeoutMs: 50 }, terms: { deadline: 1050, delayedAt: null } },
  {
    name: 'a shorter one than the model has',
    timeoutMs: 30,
    policy: { defaultTimeoutMs: 50, allowTimeoutOverride: false },
    terms: { deadline: 1030, delayedAt: null },
  },
  {
    name: 'a longer one than the model has, and it may',
    timeoutMs: 80,
    policy: { defaultTimeoutMs: 50, allowTimeoutOverride: true },
    terms: { deadline: 1080, delayedAt: null },
  },
  {
    name: 'a longer one than the model has, and it may not',
    timeoutMs: 80,
    policy: { defaultTimeoutMs: 50, allowTimeoutOverride: false },
    terms: { deadline: 1050, delayedAt: null },
  },
  {
    name: "the caller's deadline is earlier",
    timeoutMs: 30,
    deadline: 1020,
    terms: { deadline: 1020, delayedAt: null },
  },
  {
    name: "the caller's deadline is later",
    timeoutMs: 30,
    deadline: 1040,
    terms: { deadline: 1030, delayedAt: null },
  },
  {
    name: 'one that may wait on: only the caller’s deadline ends it',
    timeoutMs: 30,
    deadline: 1090,
    policy: { timeoutAction: 'delay' },
    terms: { deadline: 1090, delayedAt: 1030 },
  },
  {
    name: 'one that may wait on without an end',
    policy: { timeoutAction: 'delay', defaultTimeoutMs: 50 },
    terms: { deadline: null, delayedAt: 1050 },
  },
];

for (const { name, timeoutMs = 0, deadline = null, policy, terms } of timeouts) {
  test(`timeout: ${name}`, () => {
    const options = { ...PLAIN_QUEUE, policy: { ...PLAIN_POLICY, ...policy } };
    const schedule = { priority: 0, timeoutUs: timeoutMs * 1000 };
    const found = termsOf(schedule, { deadline }, options, NOW);
    assert.deepEqual({ deadline: found.deadline, delayedAt: found.delayedAt }, terms);
  });
}

/** Three levels, of which the last has a timeout of its own. */
const LEVELS: QueueOptions = {
  ...PLAIN_QUEUE,
  priorityLevels: 3,
  defaultPriority: 2,
  policyOf: { 3: { ...PLAIN_POLICY, defaultTimeoutMs: 7 } },
};

const priorities: [name: string, asked: number, options: QueueOptions, priority: number][] = [
  ['none is asked for', 0, LEVELS, 2],
  ['the most urgent', 1, LEVELS, 1],
  ['the least urgent', 3, LEVELS, 3],
  ['one that there is not', 4, LEVELS, 2],
  ['the model has no levels', 1, PLAIN_QUEUE, 0],
];

for (const [name, asked, options, priority] of priorities) {
  test(`priority: ${name}`, () => {
    assert.equal(
      termsOf({ priority: asked, timeoutUs: 0 }, { deadline: null }, options, NOW).priority,
      priority,
    );
  });
}

test('a priority may have a policy of its own', () => {
  const deadlineOf = (priority: number): number | null =>
    termsOf({ priority, timeoutUs: 0 }, { deadline: null }, LEVELS, NOW).deadline;
  assert.deepEqual([deadlineOf(2), deadlineOf(3)], [null, 1007]);
});
