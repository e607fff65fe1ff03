import { linePath } from './line-path.js';
import { PlotFrame, type PlotFrameProps, type Tone } from './plot-frame.js';
import { niceCeiling, ticksUpTo } from './scale.js';

/** One line and what its values are called. */
export interface Line {
  readonly name: string;
  readonly tone: Tone;
  /** One at each of the places. */
  readonly values: readonly (number | null)[];
  /** What is said of all of them together. */
  readonly total?: string | undefined;
}

type Given = Omit<PlotFrameProps, 'keys' | 'upTicks' | 'draw'> & {
  readonly lines: readonly Line[];
  /** A value with its unit. */
  readonly textOf: (value: number | null) => string;
  /** The least that the vertical axis reaches up to. */
  readonly leastCeiling?: number;
};

/** Lines from 0 upwards over the same places. */
export function LinePlot({ lines, textOf, leastCeiling = 0, ...frame }: Given) {
  const ceiling = niceCeiling(
    Math.max(leastCeiling, ...lines.flatMap(({ values }) => values.map((each) => each ?? 0))),
  );
  const keys = lines.map(({ name, tone, values }) => ({
    name,
    tone,
    mark: 'line' as const,
    values: values.map(textOf),
  }));
  return (
    <PlotFrame
      {...frame}
      keys={keys}
      upTicks={ticksUpTo(ceiling, textOf)}
      draw={(box) =>
        lines.map(({ name, tone, values }) => (
          <path
            key={name}
            class={`plot-line tone-${tone}`}
            d={linePath(
              values.map((value, at) => ({
                place: frame.places[at] ?? 0,
                part: value === null ? null : value / ceiling,
              })),
              box,
            )}
          />
        ))
      }
    />
  );
}
