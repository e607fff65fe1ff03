import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poissonArrivals } from '../../bench/arrivals.js';
import { type IdealQueue, idealLatencies } from '../../bench/ideal-queue.js';
import { quantileOf } from '../../bench/quantile.js';

const one: IdealQueue = { servers: 1, maxRows: 1, tauMs: () => 10 };
const batches: IdealQueue = { servers: 1, maxRows: 4, tauMs: (rows) => 8 + 2 * rows };

const cases: [what: string, arrivals: number[], queue: IdealQueue, latencies: number[]][] = [
  [
    'a run takes what runs take then',
    [0, 5, 30],
    { ...one, tauMs: (_, at) => (at < 10 ? 20 : 10) },
    [20, 25, 10],
  ],
  ['nothing comes', [], one, []],
  ['a free server takes a request at once', [0, 20], one, [10, 10]],
  ['a busy one lets it wait', [0, 4, 5], one, [10, 16, 25]],
  ['a second server takes the second request', [0, 4, 5], { ...one, servers: 2 }, [10, 10, 15]],
  ['all that waits goes together', [0, 1, 2, 3], batches, [10, 23, 22, 21]],
  ['no more than the largest batch', [0, 1, 2, 3, 4, 5], batches, [10, 25, 24, 23, 22, 31]],
  ['one that comes as a run ends is taken', [0, 10], batches, [10, 10]],
  ['one that comes as another starts goes with it', [0, 0], batches, [12, 12]],
];
for (const [what, arrivals, queue, latencies] of cases)
  test(`ideal queue: ${what}`, () => {
    assert.deepEqual([...idealLatencies(Float64Array.from(arrivals), queue)], latencies);
  });

/** Arrivals per second are rho·c·1000 where a run takes 1 ms. */
function latenciesAt(perMs: number, queue: IdealQueue): Float64Array {
  return idealLatencies(
    poissonArrivals({ perSecond: perMs * 1000, durationMs: 150_000 / perMs, seed: 5 }),
    queue,
  );
}

function mean(values: Float64Array): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual / expected - 1) < tolerance, `${actual} is not near ${expected}`);
}

const unit: IdealQueue = { servers: 1, maxRows: 1, tauMs: () => 1 };

test('ideal queue: the mean of M/D/1 is 1 + rho / 2(1 - rho) (Pollaczek and Khinchine)', () => {
  for (const rho of [0.3, 0.5, 0.8]) near(mean(latenciesAt(rho, unit)), 1 + rho / (2 * (1 - rho)), 0.04);
});

test('ideal queue: more servers wait less, at the same load of each', () => {
  const p99 = [1, 2, 4].map((servers) => quantileOf(latenciesAt(0.8 * servers, { ...unit, servers }), 0.99));
  for (const [i, expected] of [11.2, 5.9, 3.4].entries()) near(p99[i] ?? 0, expected, 0.15);
});

test("ideal queue: batches of all that waits keep Inoue's bound of the mean, and are close to it", () => {
  const [alpha, tau0, lambda] = [0.2, 0.8, 2.5];
  const bound =
    ((alpha + tau0) / (2 * (1 - lambda * alpha))) *
    (1 + 2 * lambda * tau0 + (1 - lambda * tau0) / (1 + lambda * alpha));
  const other =
    (1.5 * tau0) / (1 - lambda * alpha) + ((alpha / 2) * (lambda * alpha + 2)) / (1 - (lambda * alpha) ** 2);
  const queue = { servers: 1, maxRows: 1000, tauMs: (rows: number) => alpha * rows + tau0 };
  near(mean(latenciesAt(lambda, queue)), Math.min(bound, other), 0.03);
});
