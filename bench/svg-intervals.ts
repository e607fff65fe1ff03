/** Intervals one below the other on an axis of powers, each beside the goal, as SVG for a page that may be light or dark. */

export interface IntervalRow {
  readonly name: string;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
  /** What the row is held to; none where there is none. */
  readonly goal?: number;
}

const WIDTH = 860;
const ROW_HEIGHT = 20;
const TOP = 60;
const LEFT = 420;
const RIGHT = 24;
const LONGEST_NAME = 66;
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

const STYLE = `text { font: 12px system-ui, sans-serif; fill: #6e7781 }
.title { font-weight: 600; font-size: 14px }
.grid { stroke: #6e7781; stroke-opacity: 0.3 }
.goal { stroke: #d9730d; stroke-width: 2 }
.span { stroke-width: 2 }
.kept { stroke: #2da44e; fill: #2da44e } .missed { stroke: #cf222e; fill: #cf222e } .free { stroke: #2f81f7; fill: #2f81f7 }`;

/** Larger is better. Rows that are not finite and above 0 are left out. */
export function svgIntervals(title: string, xLabel: string, rows: readonly IntervalRow[]): string {
  const drawn = rows.filter(({ low, middle, high }) =>
    [low, middle, high].every((x) => Number.isFinite(x) && x > 0),
  );
  const ends = drawn.flatMap(({ low, high, goal }) => (goal === undefined ? [low, high] : [low, high, goal]));
  const from = TICKS.findLast((tick) => tick <= Math.min(1, ...ends)) ?? 0.1;
  const to = TICKS.find((tick) => tick >= Math.max(1, ...ends)) ?? 100;
  const bottom = TOP + drawn.length * ROW_HEIGHT;
  const x = (value: number): string => {
    const share = Math.log(clamp(value, from, to) / from) / Math.log(to / from);
    return (LEFT + share * (WIDTH - RIGHT - LEFT)).toFixed(1);
  };
  const parts = [
    text(title, WIDTH / 2, 20, 'middle', 'title'),
    text(xLabel, (LEFT + WIDTH - RIGHT) / 2, 38, 'middle'),
    ...TICKS.filter((tick) => tick >= from && tick <= to).flatMap((tick) => [
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 6}" y2="${bottom}"/>`,
      text(String(tick), x(tick), bottom + 16, 'middle'),
    ]),
    ...drawn.flatMap((row, i) => rowParts(row, TOP + (i + 0.5) * ROW_HEIGHT, x)),
  ];
  const height = bottom + 28;
  const size = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>${escaped(title)}</title>\n<style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`;
}

function rowParts(
  { name, low, middle, high, goal }: IntervalRow,
  y: number,
  x: (value: number) => string,
): string[] {
  const kind = goal === undefined ? 'free' : middle >= goal ? 'kept' : 'missed';
  const mark =
    goal === undefined
      ? []
      : [`<line class="goal" x1="${x(goal)}" x2="${x(goal)}" y1="${y - 7}" y2="${y + 7}"/>`];
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
  return [
    text(short, LEFT - 10, y + 4, 'end'),
    ...mark,
    `<line class="span ${kind}" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>`,
    `<circle class="${kind}" cx="${x(middle)}" cy="${y}" r="4"/>`,
  ];
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value));
}

function text(words: string, x: number | string, y: number, anchor: 'middle' | 'end', kind = ''): string {
  const style = kind === '' ? '' : ` class="${kind}"`;
  return `<text${style} x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
