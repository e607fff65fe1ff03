/** docs/reliability.md: what was done to a server, and what came of it. The page's own words stand around these parts. */
import { svgPlot } from '../bench/svg-plot.js';
import { median, table } from '../bench/table.js';
import type { ChaosResult } from './chaos.js';
import { MISCHIEFS, type Mischief } from './mischief.js';
import type { Sample } from './sampler.js';
import type { SoakResult } from './soak.js';
import { type Point, quarterRatio, slopeOf } from './trend.js';

const MIB = 1024 * 1024;
/** Until then caches fill and the heap finds its size. */
const WARM_UP_SHARE = 0.1;
/** Flat is what grows by no more than that. */
const FLAT = 1.1;
const P99_GOAL = 1.5;

const DEEDS: Readonly<Record<Mischief, string>> = {
  kill: 'processes of a model killed with SIGKILL',
  hang: 'processes stopped with SIGSTOP, so that their runs hang (`run_timeout: 1`)',
  memory: 'processes that could get no more memory (`prlimit --as`), with work that needs some',
  reload: 'new versions of a model loaded',
  cut: 'connections cut by their clients, in the body or before the answer',
  clock: 'steps of the wall clock, an hour ahead or back',
  disk: 'times that the disk of the log and the trace file was full',
};

/** A measured column of the samples. */
interface Figure {
  readonly name: string;
  readonly unit: string;
  of(sample: Sample): number;
}

const FIGURES: readonly Figure[] = [
  { name: 'memory of all processes', unit: 'MiB', of: ({ rssBytes }) => rssBytes / MIB },
  { name: 'JavaScript heap', unit: 'MiB', of: ({ heapBytes }) => heapBytes / MIB },
  { name: 'open files and sockets', unit: '', of: ({ fds }) => fds },
  { name: 'active handles', unit: '', of: ({ activeHandles }) => activeHandles },
  { name: 'threads', unit: '', of: ({ threads }) => threads },
];

/** What the section of the chaos says. */
export function chaosSection(result: ChaosResult): string {
  const { counts, done, minutes, everyMs } = result;
  const rows = MISCHIEFS.map((each) => [DEEDS[each], String(done[each])]);
  return [
    `${minutes} minutes, with half a minute of chaos after each without; in it every ${everyMs / 1000} s one process was killed and one other thing done. Node ${result.node}, ${result.machine}.`,
    table(['what was done', 'times'], rows),
    `**${counts.lost} of ${total(counts)} requests were lost**: unanswered, failed or answered wrongly. ${counts.right} answers were right, each checked against a value that depends on its request; ${counts.refused} were refused before they were taken (503, \`RESOURCE_EXHAUSTED\` or \`UNAVAILABLE\`, with the reason). Requests whose clients cut the connection are those clients' own loss and are not among them.`,
    reasonsText(result.reasons),
    `The server started instances again ${Object.values(result.restarts).reduce((a, b) => a + b, 0)} times (${Object.entries(
      result.restarts,
    )
      .map(([why, count]) => `${count} ${why}`)
      .join(
        ', ',
      )}), had ${result.ready.length} of ${result.models} models ready at the end, and ended with ${result.ended}.`,
    bystandersText(result),
    growthTable(result.samples),
    '![Memory and open files during the chaos](images/reliability-chaos.svg)',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What the section of the soak says. */
export function soakSection(result: SoakResult): string {
  const { counts, minutes, reloads, cuts, samples } = result;
  const warm = warmOf(samples);
  const rows = FIGURES.map(({ name, unit, of }) => {
    const { perX, margin } = slopeOf(warm.map((sample): Point => [sample.seconds / 3600, of(sample)]));
    const verdict =
      Math.abs(perX) <= margin ? 'no slope that could be told from none' : perX > 0 ? 'grows' : 'shrinks';
    return [named(name, unit), figure(median(warm.map(of))), `${figure(perX)} ± ${figure(margin)}`, verdict];
  });
  return [
    `${minutes} minutes of a small mixed load: REST with JSON, REST with binary tensors and gRPC to three models, in threads and in a process. Node ${result.node}, ${result.machine}.`,
    `${counts.right} requests were answered rightly, ${counts.refused} refused, **${counts.lost} lost**; ${reloads} times a model was loaded anew, and ${cuts} times a client left in the middle. The median answer took ${result.p50Ms.toFixed(1)} ms, one in a hundred more than ${result.p99Ms.toFixed(1)} ms; the server used ${(result.coreShare * 100).toFixed(0)} % of a core.`,
    reasonsText(result.reasons),
    table(['figure', 'median', 'slope for each hour, with 95 % confidence', ''], rows),
    `The first tenth is left out: until then caches fill and the heap finds its size. Samples of every 5 s follow each other closely; the confidence counts only so many of them as are independent.`,
    '![Memory and open files during the soak](images/reliability-soak.svg)',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Memory and handles over time, for either. */
export function growthPlot(title: string, samples: readonly Sample[]): string {
  const line = (of: (sample: Sample) => number): readonly Point[] =>
    samples.map((sample) => [sample.seconds / 60, of(sample)]);
  return svgPlot({
    title,
    xLabel: 'minutes',
    yLabel: 'MiB; files and sockets',
    series: [
      { name: 'all processes, MiB', colour: 0, points: line(({ rssBytes }) => rssBytes / MIB) },
      { name: 'heap, MiB', colour: 1, points: line(({ heapBytes }) => heapBytes / MIB) },
      { name: 'files, sockets', colour: 2, points: line(({ fds }) => fds) },
    ],
  });
}

function growthTable(samples: readonly Sample[]): string {
  const rows = FIGURES.map(({ name, unit, of }) => {
    const values = samples.map(of);
    const quarter = Math.max(1, values.length >> 2);
    const ratio = quarterRatio(values);
    return [
      named(name, unit),
      figure(median(values.slice(0, quarter))),
      figure(median(values.slice(-quarter))),
      ratio.toFixed(3),
      ratio <= FLAT ? 'flat' : 'grew',
    ];
  });
  return table(['figure', 'median of the first quarter', 'of the last', 'ratio', ''], rows);
}

function bystandersText({ bystanders }: ChaosResult): string {
  const rows = bystanders.map(({ model, answers, calm, chaos, p99Ratio }) => [
    model === 'beside' ? 'one in a process of its own' : 'one in a thread of the server',
    String(answers),
    calm.p50Ms.toFixed(1),
    chaos.p50Ms.toFixed(1),
    calm.p99Ms.toFixed(1),
    chaos.p99Ms.toFixed(1),
    p99Ratio.toFixed(2),
    p99Ratio <= P99_GOAL ? 'kept' : 'missed',
  ]);
  const head = [
    'other models',
    'answers',
    'p50, ms',
    'in chaos',
    'p99, ms',
    'in chaos',
    'ratio',
    `at most ${P99_GOAL}`,
  ];
  return table(head, rows);
}

function reasonsText(reasons: Readonly<Record<string, number>>): string {
  const alike = new Map<string, number>();
  for (const [reason, count] of Object.entries(reasons)) {
    const text = reason.replace(/\d+ ms/g, 'N ms');
    alike.set(text, (alike.get(text) ?? 0) + count);
  }
  const lines = [...alike].map(([reason, count]) => `- ${count} times: \`${reason}\``);
  return lines.length === 0
    ? ''
    : ['What was not answered, in the words of the server:', ...lines].join('\n');
}

function warmOf(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
}

function total(counts: ChaosResult['counts']): number {
  return counts.right + counts.refused + counts.lost;
}

function named(name: string, unit: string): string {
  return unit === '' ? name : `${name}, ${unit}`;
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}
