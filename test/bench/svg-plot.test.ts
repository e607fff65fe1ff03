import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plot, svgPlot, ticksTo } from '../../bench/svg-plot.js';

const ticks: [most: number, expected: number[]][] = [
  [0, [0, 1]],
  [Number.NaN, [0, 1]],
  [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [7, [0, 2, 4, 6, 8]],
  [1100, [0, 250, 500, 750, 1000, 1250]],
];
for (const [most, expected] of ticks)
  test(`ticks to ${most}`, () => {
    assert.deepEqual(ticksTo(most), expected);
  });

const plot: Plot = {
  title: 'p50 < p99 & more',
  xLabel: 'rate',
  yLabel: 'ms',
  series: [
    {
      name: 'measured',
      colour: 1,
      points: [
        [0, 0],
        [10, 5],
      ],
    },
    {
      name: 'ideal',
      colour: 5,
      isDashed: true,
      points: [
        [0, 0],
        [5, Infinity],
        [10, 2.5],
      ],
    },
  ],
};

test('a line goes from corner to corner of the axes, and points that are not finite are left out', () => {
  const lines = [...svgPlot(plot).matchAll(/<polyline class="([^"]+)" points="([^"]+)"/g)];
  assert.deepEqual(
    lines.slice(0, 2).map(([, kind, points]) => [kind, points]),
    [
      ['line c1', '60,312 616,56'],
      ['line c1 dashed', '60,312 616,184'],
    ],
  );
});

test('texts are escaped, and each series is in the legend', () => {
  const svg = svgPlot(plot);
  assert.ok(svg.includes('>p50 &lt; p99 &amp; more<'));
  for (const words of ['measured', 'ideal', 'rate', 'ms']) assert.ok(svg.includes(`>${words}</text>`), words);
});

/** Relative luminance and contrast of WCAG 2. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other].map(luminance).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = channels.map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('every colour can be seen on light and on dark, and nothing is painted behind', () => {
  const svg = svgPlot(plot);
  const colours = [...new Set(svg.match(/#[0-9a-f]{6}/g))];
  assert.equal(colours.length, 5);
  for (const colour of colours)
    for (const page of ['#ffffff', '#0d1117']) {
      const found = contrast(colour, page);
      assert.ok(found >= 3, `${colour} on ${page}: ${found.toFixed(1)}`);
    }
  assert.ok(!svg.includes('<rect'));
});

test('a plot without points is drawn all the same', () => {
  assert.ok(!svgPlot({ ...plot, series: [] }).includes('NaN'));
});
