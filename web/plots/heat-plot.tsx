import { quantileMs } from '../derive.js';
import { milliseconds } from './format.js';
import { type HeatRows, heatCells, heatPart, heatRows, heatTicks } from './heat-rows.js';
import { linePath } from './line-path.js';
import { PlotFrame, type PlotFrameProps } from './plot-frame.js';
import { across, type Box, round, upward } from './scale.js';

type Given = Omit<PlotFrameProps, 'keys' | 'upTicks' | 'draw'> & {
  /** At each of the places: one count for each bound, and one for longer. May be empty. */
  readonly columns: readonly (readonly number[])[];
  readonly boundsMs: readonly number[];
  /** Of one column, as a part of the horizontal axis. */
  readonly breadth: number;
};

const QUANTILES = [
  { name: 'p50', part: 0.5, tone: 'ink' },
  { name: 'p99', part: 0.99, tone: 'bad' },
] as const;

/** How many requests took how long, over time, with the median and the 99th percentile as lines. */
export function HeatPlot({ columns, boundsMs, breadth, ...frame }: Given) {
  const rows = heatRows(columns, boundsMs.length + 1);
  const lines = QUANTILES.map(({ name, part, tone }) => ({
    name,
    tone,
    values: columns.map((counts) => quantileMs(counts, boundsMs, part)),
  }));
  const keys = lines.map(({ name, tone, values }) => ({
    name,
    tone,
    mark: 'line' as const,
    values: values.map(milliseconds),
  }));
  return (
    <PlotFrame
      {...frame}
      keys={keys}
      upTicks={heatTicks(boundsMs, rows)}
      draw={(box) => (
        <>
          <HeatCells columns={columns} rows={rows} places={frame.places} breadth={breadth} box={box} />
          {lines.map(({ name, tone, values }) => {
            const points = values.map((value, at) => ({
              place: frame.places[at] ?? 0,
              part: heatPart(value, boundsMs, rows),
            }));
            return (
              <path key={name} class={`plot-line plot-line-${name} tone-${tone}`} d={linePath(points, box)} />
            );
          })}
        </>
      )}
    />
  );
}

function HeatCells({
  columns,
  rows,
  places,
  breadth,
  box,
}: {
  readonly columns: readonly (readonly number[])[];
  readonly rows: HeatRows;
  readonly places: readonly number[];
  readonly breadth: number;
  readonly box: Box;
}) {
  const count = rows.last - rows.first + 1;
  const width = round(box.width * breadth * 0.92);
  const height = round((box.height / count) * 0.94);
  return (
    <g>
      {heatCells(columns, rows).map(({ column, row, level }) => (
        <rect
          key={`${column} ${row}`}
          class={`plot-heat plot-heat-${level}`}
          x={round(across(box, places[column] ?? 0) - width / 2)}
          y={upward(box, (row + 1) / count)}
          width={width}
          height={height}
        />
      ))}
    </g>
  );
}
