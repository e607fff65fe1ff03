/** The page and the plot that a run becomes. */
import { bootstrap } from '../bootstrap.js';
import { type IntervalRow, svgIntervals } from '../svg-intervals.js';
import { table } from '../table.js';
import {
  boundWords,
  FIGURES_HEAD,
  type Found,
  figuresRow,
  type GoalRow,
  intervalWords,
  verdictOf,
} from './goal.js';

export const PLOT = 'goals.svg';

export function page({ rows, figures }: Found, setting: readonly string[], hasPlot: boolean): string {
  return [
    '# Goals',
    'Written by `npm run bench -- goals`. Do not edit it: run it again.',
    setting.join('\n'),
    `Each goal is a ratio of what was measured in one run, in short blocks that took turns, in alternating order, in processes that stay between them. Before
a block is measured the answers were compared with the engine's own; during it every status (REST) or length (gRPC) is looked at. A figure like
\`0.98 (0.95-1.01)\` is the median of the rounds and the interval that holds the true one with 95 % confidence (bootstrap over the rounds, from a
seed). *Not for certain*: the goal lies within the interval. Scenarios are called as MLPerf calls them: SingleStream asks one thing after the
other, Offline has so much under way that nobody waits for the load.`,
    table(
      ['goal', 'scenario', 'held to', 'measured', ''],
      rows.map(({ goal, scenario, bound, rounds, unit }) => {
        const interval = bootstrap(rounds);
        const verdict = interval === null ? 'void' : verdictOf(interval, bound);
        return [goal, scenario, boundWords(bound, unit), intervalWords(rounds, unit), verdict];
      }),
    ),
    ...(hasPlot ? [`![what was measured, as a share of the goal](${PLOT})`] : []),
    ...(figures.length === 0
      ? []
      : [
          '## Beside them',
          `Medians of the rounds. CPU seconds are those of the server's process, all threads, for 1,000 requests; *the load's* are those of the generator,
which has a process of its own. The peak is that of the process until then. A loop over the bare engine has no load.`,
          table(FIGURES_HEAD, figures.map(figuresRow)),
        ]),
  ].join('\n\n');
}

/** Every goal as a share of itself, the way round in which 1 keeps it and more is better. */
export function plot(rows: readonly GoalRow[]): string {
  const drawn = rows.flatMap(({ goal, rounds, bound: { least, most } }): IntervalRow[] => {
    const shares = rounds.map((value) => (least === undefined ? (most ?? 1) / value : value / least));
    const interval = bootstrap(shares);
    return interval === null ? [] : [{ name: goal, ...interval, goal: 1 }];
  });
  return svgIntervals('Goals', 'measured / goal; from 1 on it is kept', drawn);
}
