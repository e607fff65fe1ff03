/** Line plots as SVG, for a page that may be light or dark: nothing is painted behind them. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Of the palette; series that belong together share one. */
  readonly colour: number;
  readonly isDashed?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = { top: 56, right: 24, bottom: 48, left: 60 };
const LEGEND_TOP = 38;
const LEGEND_WIDTH = 140;
const MOST_TICKS = 6;
const PALETTE = 4;

/** Of middling brightness: an image does not always learn which theme the page around it has. */
const STYLE = `text { font: 12px system-ui, sans-serif; fill: #6e7781 }
.title { font-weight: 600; font-size: 14px }
.grid { stroke: #6e7781; stroke-opacity: 0.3 }
.line { fill: none; stroke-width: 2 }
.dashed { stroke-dasharray: 5 4 }
.c0 { stroke: #2f81f7 } .c1 { stroke: #d9730d } .c2 { stroke: #2da44e } .c3 { stroke: #986ee2 }`;

/** The text of an SVG file. Points that are not finite are left out. Both axes begin at 0. */
export function svgPlot({ title, xLabel, yLabel, series }: Plot): string {
  const drawn = series.map((each) => ({
    ...each,
    points: each.points.filter((point) => point.every(Number.isFinite)),
  }));
  const points = drawn.flatMap((each) => each.points);
  const xTicks = ticksTo(Math.max(0, ...points.map(([x]) => x)));
  const yTicks = ticksTo(Math.max(0, ...points.map(([, y]) => y)));
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scale(xTicks.at(-1) ?? 1, MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(yTicks.at(-1) ?? 1, bottom, MARGIN.top);
  const parts = [
    text(title, WIDTH / 2, 20, 'middle', 'title'),
    ...yTicks.flatMap((tick) => [
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick)}" y2="${y(tick)}"/>`,
      text(String(tick), MARGIN.left - 6, y(tick) + 4, 'end'),
    ]),
    ...xTicks.map((tick) => text(String(tick), x(tick), bottom + 18, 'middle')),
    text(xLabel, (MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 10, 'middle'),
    `<g transform="rotate(-90)">${text(yLabel, -(MARGIN.top + bottom) / 2, 16, 'middle')}</g>`,
    ...drawn.map((each) => {
      const path = each.points.map((point) => `${x(point[0])},${y(point[1])}`).join(' ');
      return `<polyline class="${classOf(each)}" points="${path}"/>`;
    }),
    ...drawn.flatMap((each, i) => legend(each, MARGIN.left + i * LEGEND_WIDTH)),
  ];
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>${escaped(title)}</title>\n<style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`;
}

/** Round numbers from 0 to the first that is `most` or more. */
export function ticksTo(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / (MOST_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10);
  const count = Math.ceil(most / step);
  // Twelve digits leave out what binary fractions add.
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function scale(most: number, from: number, to: number): (value: number) => number {
  return (value) => Number((from + (value / most) * (to - from)).toFixed(1));
}

/** Above the axes, where no line comes. */
function legend(series: Series, left: number): string[] {
  return [
    `<polyline class="${classOf(series)}" points="${left},${LEGEND_TOP} ${left + 24},${LEGEND_TOP}"/>`,
    text(series.name, left + 30, LEGEND_TOP + 4, 'start'),
  ];
}

function classOf({ colour, isDashed }: Series): string {
  return `line c${colour % PALETTE}${isDashed === true ? ' dashed' : ''}`;
}

function text(words: string, x: number, y: number, anchor: 'start' | 'middle' | 'end', kind = ''): string {
  const style = kind === '' ? '' : ` class="${kind}"`;
  return `<text${style} x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
