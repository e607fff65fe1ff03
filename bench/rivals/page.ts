/** The page and the plots that a run against the rivals becomes. */
import { bootstrap } from '../bootstrap.js';
import { boundWords, eachRound, intervalWords, verdictOf } from '../goals/goal.js';
import type { Block } from '../side-by-side.js';
import type { Goal } from '../spread.js';
import { type IntervalRow, svgIntervals } from '../svg-intervals.js';
import { median, table } from '../table.js';
import { type Heat, nameOf } from './heat.js';
import type { Match } from './match.js';
import { p99Goal, rateGoal } from './plan.js';
import { FORMS, isMid, SERVERS } from './servers.js';

export const PLOT = 'rivals.svg';

interface Ratio {
  readonly what: string;
  readonly rounds: readonly number[];
  readonly bound: Goal | null;
}

export function page(matches: readonly Match[], setting: readonly string[], hasPlot: boolean): string {
  const heats = matches.flatMap((match) => match.heats);
  const absent = [...new Set(matches.flatMap((match) => match.absent))];
  return [
    '# Rivals',
    'Written by `npm run bench -- --rivals`. Do not edit it: run it again.',
    setting.join('\n'),
    `The same model file, the same requests byte for byte, one engine instance of one thread, runs of at most eight rows, ONNX Runtime in all of them. They take
turns in short blocks, in alternating order; who is not asked is stopped (SIGSTOP). The first answer of each is compared with the engine's, number by number;
during a block every status (REST) or length (gRPC) is looked at. Scenarios are called as MLPerf calls them: SingleStream asks one thing after the other, MultiStream
the same with eight samples in each request, Offline has so much under way that nobody waits for the load, Server asks when a Poisson stream says.`,
    SERVERS.map((server) => {
      const version = server.missing() === null ? ` ${server.version()}` : ', not here';
      return `- ${server.name}${version}. Tuned: ${server.tuning}.`;
    }).join('\n'),
    ...(absent.length === 0 ? [] : ['Not measured:', absent.map((why) => `- ${why}`).join('\n')]),
    '## Beside ours',
    `Ratios round by round, ours at its defaults to theirs at theirs, and tuned to tuned: the median, and between which the true one lies with 95 % confidence.
More than 1 is to our favour.`,
    ratioTable(ratiosOf(heats)),
    ...(hasPlot ? [`![our rate over theirs](${PLOT})`] : []),
    '## What each did',
    `Medians of the rounds. CPU seconds are those of all processes of a server for 1,000 requests; *the load's* are those of the generator, a process
of its own.`,
    heatTable(heats),
    '## When requests come as they like',
    `Over REST JSON. The Poisson stream is the same for all: 0.7 of the rate that the slowest had in Offline. Rounds in which the generator was late do not count.
Overload is a stream of twice the server's own rate in Offline; its goodput is what was answered with 200 within ten times its p50 in SingleStream, as a share of that rate.`,
    openTable(matches),
    '## Upkeep',
    'Until the first word that the model is ready, from the start of the process; cores in use before anything was asked; the most memory of all its processes together.',
    table(
      ['model', 'server', 'ready, s', 'idle, cores', 'peak MiB'],
      matches
        .flatMap((match) => match.upkeep)
        .map(({ model, entrant, readyMs, idleCores, peakBytes }) => [
          model.name,
          entrant,
          (readyMs / 1000).toFixed(2),
          idleCores.toFixed(3),
          (peakBytes / 1024 / 1024).toFixed(0),
        ]),
    ),
  ].join('\n\n');
}

/** Our rate to theirs in Offline, for each rival and transport. */
export function plot(matches: readonly Match[]): string {
  const rows = ratiosOf(matches.flatMap((match) => match.heats))
    .filter(({ what }) => what.endsWith('rate'))
    .flatMap(({ what, rounds, bound }): IntervalRow[] => {
      const interval = bootstrap(rounds);
      if (interval === null) return [];
      return [{ name: what, ...interval, ...(bound?.least === undefined ? {} : { goal: bound.least }) }];
    });
  return svgIntervals('Our rate over theirs, Offline', 'times theirs', rows);
}

function ratiosOf(heats: readonly Heat[]): Ratio[] {
  const [ours, ...rivals] = SERVERS;
  if (ours === undefined) return [];
  return heats.flatMap((heat) =>
    rivals.flatMap((rival) =>
      FORMS.flatMap((form): Ratio[] => {
        const [our, their] = [nameOf(ours, form), nameOf(rival, form)];
        const both = { our: heat.blocks[our], their: heat.blocks[their] };
        if (both.our === undefined || both.their === undefined) return [];
        const blocks = { our: both.our, their: both.their };
        const what = `${heat.model.name}, ${heat.transport}, ${heat.scenario}, ${their}`;
        const rounds = (of: (our: Block, their: Block) => number): number[] =>
          eachRound(blocks, (block) => of(block('our'), block('their')));
        const isOffline = heat.scenario === 'Offline';
        const model = isMid(heat.model) ? 'mid' : 'tiny';
        const rate: Ratio = {
          what: `${what}: rate`,
          rounds: rounds((a, b) => a.perSecond / b.perSecond),
          bound: rateGoal(rival.name, model, heat.transport),
        };
        const p99: Ratio = {
          what: `${what}: their p99 / ours`,
          rounds: rounds((a, b) => b.p99Ms / a.p99Ms),
          bound: p99Goal(rival.name),
        };
        return isOffline ? [rate, p99] : [p99];
      }),
    ),
  );
}

function ratioTable(ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ what, rounds, bound }) => {
    const interval = bootstrap(rounds);
    const verdict = bound === null || interval === null ? '' : verdictOf(interval, bound);
    return [what, bound === null ? '' : boundWords(bound), intervalWords(rounds), verdict];
  });
  return table(['beside', 'held to', 'measured', ''], rows);
}

function heatTable(heats: readonly Heat[]): string {
  const head = [
    'model',
    'transport',
    'scenario',
    'server',
    'per second',
    'CPU s for 1,000',
    "the load's",
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
  ];
  const rows = heats.flatMap(({ model, transport, scenario, blocks }) =>
    Object.entries(blocks).map(([name, list]) => {
      const middle = (of: (block: Block) => number, digits: number): string =>
        median(list.map(of)).toFixed(digits);
      return [
        model.name,
        transport,
        scenario,
        name,
        middle(({ perSecond }) => perSecond, 1),
        middle(({ cpuMicros }) => cpuMicros / 1000, 3),
        middle(({ loadCpuMicros }) => loadCpuMicros / 1000, 3),
        middle(({ p50Ms }) => p50Ms, 2),
        middle(({ p99Ms }) => p99Ms, 2),
        middle(({ p999Ms }) => p999Ms, 2),
      ];
    }),
  );
  return table(head, rows);
}

function openTable(matches: readonly Match[]): string {
  const head = [
    'model',
    'server',
    'per second',
    'p50 ms',
    'p99 ms',
    'failed',
    'void',
    'goodput of 2 x',
    'deadline ms',
  ];
  const rows = matches
    .flatMap((match) => match.open)
    .map(({ model, entrant, perSecond, p50Ms, p99Ms, failures, voidRounds, overload }) => [
      model.name,
      entrant,
      perSecond.toFixed(1),
      intervalWords(p50Ms),
      intervalWords(p99Ms),
      String(failures),
      String(voidRounds),
      overload.goodput.toFixed(2),
      overload.deadlineMs.toFixed(1),
    ]);
  return table(head, rows);
}
