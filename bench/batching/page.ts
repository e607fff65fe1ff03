/** The page that a run of the benchmark becomes. */

import { fitLine, type RunTime } from '../run-times.js';
import { table } from '../table.js';
import { type LatencyAt, latencyTable } from './latency.js';
import { type LowLoad, lowLoadTable } from './low-load.js';
import { type OverloadAt, overloadTable } from './overload.js';
import { DEVICE } from './plan.js';
import { type Throughput, throughputTable } from './throughput.js';
import { type TwoModels, twoModelsTable } from './two-models.js';

export interface Results {
  readonly throughput: readonly Throughput[];
  readonly lowLoad: readonly LowLoad[];
  readonly latency: readonly LatencyAt[];
  readonly overload: readonly OverloadAt[];
  readonly twoModels: TwoModels;
  /** In words: the machine and the versions, and where the processes ran. */
  readonly setting: readonly string[];
  /** Names of the plots' files. */
  readonly plots: readonly string[];
}

export function page(results: Results): string {
  return [
    '# Batching',
    'Written by `npm run bench -- batching`. Do not edit it: run it again.',
    results.setting.join('\n'),
    `What is compared runs in one run and takes turns in short blocks, in alternating order. A figure like \`0.98 (0.95-1.01)\` is the
median of the rounds and between which all of them lie. *kept* and *missed* speak of the median; where the goal
lies between the rounds, another run may say otherwise.`,
    ...modelsPart(results.throughput),
    ...throughputPart(results.throughput),
    ...lowLoadPart(results.lowLoad),
    ...latencyPart(results),
    ...overloadPart(results),
    ...twoModelsPart(results.twoModels),
  ].join('\n\n');
}

function modelsPart(results: readonly Throughput[]): string[] {
  const sizes = results[0]?.runTimes.map(({ rows }) => rows) ?? [];
  const rows = results.map(({ model, runTimes }) => [
    model.name,
    ...runTimes.map(({ ms }) => ms.toFixed(2)),
    lineOf(runTimes),
  ]);
  return [
    '## The models',
    results.map(({ model }) => `- \`${model.name}\`: ${model.what}`).join('\n'),
    `Run times in ms of the bare engine on \`${DEVICE}\`, by the rows of a run, while as many instances run as the server has. The
last column is the line nearest to them (least squares of the relative errors); what is computed below takes the times themselves.`,
    table(['model', ...sizes.map(String), 'tau(n)'], rows),
  ];
}

function lineOf(runTimes: readonly RunTime[]): string {
  const { alphaMs, tau0Ms } = fitLine(runTimes);
  return `${alphaMs.toFixed(3)} n ${tau0Ms < 0 ? '-' : '+'} ${Math.abs(tau0Ms).toFixed(2)}`;
}

function throughputPart(results: readonly Throughput[]): string[] {
  const sizes = results[0]?.sweep.map(({ rows }) => rows) ?? [];
  return [
    '## Throughput at saturation',
    `Closed loop: 2 x batch x instances connections, 64 at least, one row in each request. The static batches are the same server with
\`max_batch_size\`, \`preferred_batch_size\` of one size and a long \`max_queue_delay_microseconds\`; each size ran once in a short block
(rows per second):`,
    table(
      ['model', ...sizes.map(String)],
      results.map(({ model, sweep }) => [model.name, ...sweep.map(({ perSecond }) => perSecond.toFixed(0))]),
    ),
    `The best of them then took turns with the defaults, with \`dynamic_batching: false\` and with the bare engine, which copies
every input in and every output out.`,
    throughputTable(results),
  ];
}

function lowLoadPart(results: readonly LowLoad[]): string[] {
  return [
    '## Latency at low load',
    `Poisson arrivals, the same ones for both, at 20 % of the lower of the two peaks: where batching pays, 20 % of its own may be more than
the server can do without. A round counts only when the generator was on time in both blocks.`,
    lowLoadTable(results),
  ];
}

function latencyPart({ latency, plots }: Results): string[] {
  return [
    '## Latency under load',
    `Poisson arrivals at shares of the peak. Latency counts from when a request was sent, and the ideal queue is given the same moments: how late
the generator was (*lag*) changes what arrives and not what is measured; a block is void when the p99 of its lag is more than 5 ms and more than
the p50. The ideal queue has the run times that the engine had during the load, moment by moment as the server timed them, while it shared its CPUs with HTTP and
the load (*of the bare engine*: the run times above instead). Nothing else costs it time, and an instance that is free takes all that waits, up to the
batch that gets the most done. The bound is 1.15
times its p99 and 0.5 ms. What HTTP and the trips between threads cost is in the server's figures and not in the ideal's. The generator has a
higher priority than the server where the system allows it, and its CPU includes that it is awake 0.4 ms before each request is due, where there are fewer than 1500 in a second.`,
    latencyTable(latency),
    ...plots.filter((name) => name.includes('latency')).map((name) => `![latency over the rate](${name})`),
  ];
}

function overloadPart({ overload, plots }: Results): string[] {
  return [
    '## Overload',
    `Every request has a \`timeout\` of ten times the run time of the best batch. Goodput counts answers with 200 within that time, from
when they were sent; its range is that of six parts of the overload. The peak was measured again right before. Recovery is when, after the
overload, 97 of 100 requests at half the peak are again answered within 1.15 times the p99 of before and 0.5 ms. To read and refuse a request costs CPU
too, and no scheduler can win that back: the model is one beside which this is small. Nor can it win back what rows take longer in the engine
than they did at the peak, because the load shares the CPUs: *ms of a row*.`,
    overloadTable(overload),
    ...plots
      .filter((name) => name.includes('goodput'))
      .map((name) => `![goodput over what is offered](${name})`),
  ];
}

function twoModelsPart(result: TwoModels): string[] {
  return [
    '## Two models on one CPU',
    `The server is on one CPU, the load on another. If n models that have work share a CPU evenly (processor sharing), each runs at 1/n of
its speed, so the fair p99 is n times the p99 alone; here n = 2. The heavy model is saturated by 16 connections.`,
    twoModelsTable(result),
  ];
}
