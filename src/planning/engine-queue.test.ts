import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { poissonArrivals } from '../../bench/arrivals.js';
import { idealLatencies } from '../../bench/ideal-queue.js';
import { quantileOf } from '../../bench/quantile.js';
import { type EngineQueue, engineState } from './engine-queue.js';

// Every prediction is held against a queue that is played through event by event, in simulated time and from a seed.

const ARRIVALS = 150_000;
const NEAR = 0.15;

interface Line {
  readonly fixedMs: number;
  readonly perRowMs: number;
}

function queueAt({ fixedMs, perRowMs }: Line, engines: number, mostRows: number, load: number): EngineQueue {
  const runMs = (rows: number): number => fixedMs + perRowMs * rows;
  return { perMs: (load * engines * mostRows) / runMs(mostRows), runMs, mostRows, engines };
}

function played({ perMs, runMs, mostRows, engines }: EngineQueue): Float64Array {
  const arrivals = poissonArrivals({ perSecond: 1000 * perMs, durationMs: ARRIVALS / perMs, seed: 11 });
  return idealLatencies(arrivals, { servers: engines, maxRows: mostRows, tauMs: runMs });
}

function assertNear(told: number, truth: number, what: string): void {
  assert.ok(Math.abs(told / truth - 1) <= NEAR, `${what}: ${told} was told, ${truth} is so`);
}

const MODELS: Readonly<Record<string, Line>> = {
  'rows that all cost the same': { fixedMs: 0, perRowMs: 5 },
  'a fixed part as large as a row': { fixedMs: 4, perRowMs: 4 },
  'a large fixed part': { fixedMs: 8, perRowMs: 0.5 },
};

describe('latencies are those of a simulation', () => {
  for (const [name, line] of Object.entries(MODELS)) {
    for (const [engines, mostRows] of [
      [1, 1],
      [2, 1],
      [8, 1],
      [1, 8],
      [1, 64],
      [2, 16],
      [4, 16],
    ] as const) {
      // Whoever makes batches of rows that all cost the same only makes them wait.
      if (line.fixedMs === 0 && mostRows > 1) continue;
      it(`${name}, ${engines} engines, batches of up to ${mostRows}`, () => {
        for (const load of [0.3, 0.5, 0.7, 0.8, 0.9]) {
          const queue = queueAt(line, engines, mostRows, load);
          const latencies = played(queue);
          const { latency } = engineState(queue);
          assertNear(latency.quantileMs(0.5), quantileOf(latencies, 0.5), `p50 at ${load}`);
          assertNear(latency.quantileMs(0.99), quantileOf(latencies, 0.99), `p99 at ${load}`);
        }
      });
    }
  }
});

describe('known values', () => {
  it('of M/D/c: latency by the time of a run', () => {
    // Engines, load, quantile, and the value of the books (table of M/D/c, 10 % as its tails were simulated).
    const rows: readonly (readonly [number, number, number, number])[] = [
      [1, 0.5, 0.99, 4.4],
      [1, 0.7, 0.99, 7.5],
      [1, 0.8, 0.99, 11.2],
      [1, 0.8, 0.999, 16.4],
      [2, 0.8, 0.99, 5.9],
      [4, 0.8, 0.99, 3.4],
      [8, 0.8, 0.99, 2.2],
      [16, 0.9, 0.99, 2.3],
    ];
    for (const [engines, load, q, value] of rows) {
      const { latency } = engineState(queueAt({ fixedMs: 0, perRowMs: 1 }, engines, 1, load));
      const told = latency.quantileMs(q);
      assert.ok(
        Math.abs(told / value - 1) <= 0.1,
        `${engines} engines at ${load}: ${told}, and not ${value}`,
      );
    }
  });

  it('of M/D/1: the mean is 1 + load / 2(1 - load)', () => {
    for (const load of [0.2, 0.5, 0.8]) {
      const { latency, busy } = engineState(queueAt({ fixedMs: 0, perRowMs: 1 }, 1, 1, load));
      assert.ok(
        Math.abs(latency.meanMs - (1 + load / 2 / (1 - load))) < 0.02,
        `${latency.meanMs} at ${load}`,
      );
      assert.ok(Math.abs(busy - load) < 1e-9);
    }
  });

  it('of pull batching: the mean is below the bound of Inoue, and near it', () => {
    const [perRowMs, fixedMs] = [0.2, 0.8];
    for (const perMs of [0.5, 1.5, 2.5, 3.5]) {
      const runMs = (rows: number): number => fixedMs + perRowMs * rows;
      const { latency } = engineState({ perMs, runMs, mostRows: 1000, engines: 1 });
      const [la, lt] = [perMs * perRowMs, perMs * fixedMs];
      const phi0 = ((perRowMs + fixedMs) / (2 * (1 - la))) * (1 + 2 * lt + (1 - lt) / (1 + la));
      const phi1 = (1.5 * fixedMs) / (1 - la) + ((perRowMs / 2) * (la + 2)) / (1 - la ** 2);
      const bound = Math.min(phi0, phi1);
      assert.ok(latency.meanMs <= bound * 1.01, `${latency.meanMs} at ${perMs}, and the bound is ${bound}`);
      assert.ok(latency.meanMs >= bound * 0.85, `${latency.meanMs} at ${perMs}, and the bound is ${bound}`);
    }
  });
});

describe('at hardly any load', () => {
  for (const [engines, mostRows] of [
    [1, 1],
    [1, 8],
    [3, 1],
    [3, 8],
  ] as const) {
    it(`a request takes a run of one row: ${engines} engines, batches of up to ${mostRows}`, () => {
      const { latency, meanRows } = engineState({
        ...queueAt({ fixedMs: 2, perRowMs: 3 }, engines, mostRows, 0.5),
        perMs: 1e-6,
      });
      assert.ok(Math.abs(latency.quantileMs(0.99) - 5) < 0.05, String(latency.quantileMs(0.99)));
      assert.ok(Math.abs(meanRows - 1) < 0.01, String(meanRows));
    });
  }
});
