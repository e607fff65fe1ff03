/** The plots of the page. */
import { type Series, svgPlot } from '../svg-plot.js';
import { median } from '../table.js';
import type { LatencyAt } from './latency.js';
import type { OverloadAt } from './overload.js';

/** File names and what stands in them. */
export type Files = Readonly<Record<string, string>>;

/** One for each model: latency over the rate, beside the ideal queue's. */
export function latencyPlots(results: readonly LatencyAt[]): Files {
  const names = [...new Set(results.map(({ model }) => model.name))];
  return Object.fromEntries(
    names.map((name) => {
      const points = results.filter(({ model, p99Ms }) => model.name === name && p99Ms.length > 0);
      const line = (
        label: string,
        colour: number,
        of: (at: LatencyAt) => readonly number[],
        isDashed = false,
      ): Series => ({
        name: label,
        colour,
        isDashed,
        points: points.map((at) => [at.perSecond, median(of(at))]),
      });
      const plot = svgPlot({
        title: `${name}: latency under Poisson arrivals`,
        xLabel: 'requests per second',
        yLabel: 'ms',
        series: [
          line('p99', 1, (at) => at.p99Ms),
          line('p99, ideal queue', 1, (at) => at.idealP99Ms, true),
          line('p50', 0, (at) => at.p50Ms),
          line('p50, ideal queue', 0, (at) => at.idealP50Ms, true),
        ],
      });
      return [`batching-latency-${name}.svg`, plot];
    }),
  );
}

export function goodputPlot(results: readonly OverloadAt[]): Files {
  const most = Math.max(...results.map(({ factor }) => factor));
  const plot = svgPlot({
    title: 'Goodput under overload',
    xLabel: 'offered requests / peak',
    yLabel: 'answered within the deadline / peak',
    series: [
      {
        name: 'measured',
        colour: 0,
        points: results.map(({ factor, goodputs }) => [factor, median(goodputs)]),
      },
      {
        name: 'none lost',
        colour: 2,
        isDashed: true,
        points: [
          [0, 0],
          [1, 1],
          [most, 1],
        ],
      },
    ],
  });
  return { 'batching-goodput.svg': plot };
}
