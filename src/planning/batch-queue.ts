import { Distribution, type Outcome } from './distribution.js';
import type { EngineQueue, EngineState } from './engine-queue.js';
import { poissonChances } from './poisson.js';

/** In so many parts a run is cut, for the moment at which a request comes in it. */
const MOMENTS = 24;
const MOST_STATES = 1500;
const MOST_STEPS = 3000;
const NONE = 1e-8;

/**
 * One engine that takes all that wait when it is free, up to `mostRows`: pull batching. How many wait when a run begins is a
 * Markov chain, as those who come meanwhile are as many as its length says; so the chain is exact;
 * only how full one's own run is, where more wait than fit, is estimated. The mean stays below Inoue's bound.
 */
export function batchQueueState({ perMs, runMs, mostRows }: Omit<EngineQueue, 'engines'>): EngineState {
  const waiting = waitingAtStart({ perMs, runMs, mostRows });
  const outcomes: Outcome[] = [];
  let [busyMs, rowsTaken] = [0, 0];
  waiting.forEach((chance, count) => {
    if (chance < 1e-9) return;
    const rows = Math.max(1, Math.min(count, mostRows));
    busyMs += chance * runMs(rows);
    rowsTaken += chance * rows;
    pushComers(outcomes, { perMs, runMs, mostRows }, { chance, rows, left: Math.max(0, count - mostRows) });
  });
  // Who comes when nobody waits and nothing runs begins a run alone.
  const free = waiting[0] ?? 0;
  outcomes.push({ ms: runMs(1), chance: free });
  const longestMs = outcomes.reduce((most, { ms }) => Math.max(most, ms), 0);
  return {
    latency: Distribution.of(outcomes, longestMs),
    meanRows: rowsTaken,
    busy: busyMs / (busyMs + free / perMs),
  };
}

type OneEngine = Omit<EngineQueue, 'engines'>;

/** The chances that 0, 1, 2 and so on wait when a run ends. After none, the next run has the first who comes. */
function waitingAtStart({ perMs, runMs, mostRows }: OneEngine): Float64Array {
  const size = statesOf({ perMs, runMs, mostRows });
  const come = Array.from({ length: Math.min(size, mostRows + 1) }, (_, rows) =>
    poissonChances(perMs * runMs(Math.max(1, rows))),
  );
  let chances = new Float64Array(size);
  chances[1] = 1;
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = new Float64Array(size);
    chances.forEach((chance, count) => {
      if (chance < 1e-12) return;
      const left = Math.max(0, count - mostRows);
      come[Math.min(count, mostRows)]?.forEach((comes, j) => {
        const at = Math.min(size - 1, left + j);
        next[at] = (next[at] ?? 0) + chance * comes;
      });
    });
    const change = next.reduce((sum, chance, k) => sum + Math.abs(chance - (chances[k] ?? 0)), 0);
    chances = next;
    if (change < NONE) break;
  }
  return chances;
}

/** As many as will ever wait: those of a run that is as large as the rate makes it, and a good part more. */
function statesOf({ perMs, runMs, mostRows }: OneEngine): number {
  let rows = 1;
  while (rows < mostRows && rows < MOST_STATES && perMs * runMs(rows) > rows)
    rows = Math.min(mostRows, rows * 2);
  const mean = Math.max(rows, perMs * runMs(rows));
  const most = Math.min(mostRows, MOST_STATES);
  const slack = Math.max(0.01, 1 - (perMs * runMs(most)) / most);
  return Math.min(MOST_STATES, Math.ceil(mean + 8 * Math.sqrt(mean) + 10 / slack + 10));
}

/** What becomes of those who come in a run: they wait for its end, and for further runs where there are too many. */
function pushComers(
  outcomes: Outcome[],
  { perMs, runMs, mostRows }: OneEngine,
  run: { readonly chance: number; readonly rows: number; readonly left: number },
): void {
  const lengthMs = runMs(run.rows);
  const weight = run.chance * perMs * lengthMs;
  poissonChances(perMs * lengthMs).forEach((comes, others) => {
    if (weight * comes < 1e-10) return;
    for (let moment = 0; moment < MOMENTS; moment++) {
      const at = (moment + 0.5) / MOMENTS;
      const later = Math.floor((run.left + others * at) / mostRows);
      const waitMs = (1 - at) * lengthMs + later * runMs(mostRows);
      const come = run.left + others + 1 + later * (perMs * runMs(mostRows) - mostRows);
      const rows = Math.max(1, Math.min(mostRows, come));
      outcomes.push({ ms: waitMs + runMs(rows), chance: (weight * comes) / MOMENTS });
    }
  });
}
