import { barBoxes } from './bar-boxes.js';
import type { Line } from './line-plot.js';
import { PlotFrame, type PlotFrameProps } from './plot-frame.js';
import { niceCeiling, ticksUpTo } from './scale.js';

type Given = Omit<PlotFrameProps, 'keys' | 'upTicks' | 'draw'> & {
  /** From the bottom. */
  readonly layers: readonly Line[];
  /** Of one bar, as a part of the horizontal axis. */
  readonly breadth: number;
  /** A value with its unit. */
  readonly textOf: (value: number | null) => string;
};

/** Bars that say what something is made of; with one layer, plain bars. */
export function StackPlot({ layers, breadth, textOf, ...frame }: Given) {
  const sums = frame.places.map((_, at) => layers.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const ceiling = niceCeiling(Math.max(0, ...sums));
  const keys = layers.map(({ name, tone, values, total }) => ({
    name,
    total,
    tone,
    mark: 'block' as const,
    values: values.map(textOf),
  }));
  return (
    <PlotFrame
      {...frame}
      keys={keys}
      upTicks={ticksUpTo(ceiling, textOf)}
      draw={(box) =>
        frame.places.map((place, at) => {
          const parts = layers.map(({ values }) => (values[at] ?? 0) / ceiling);
          return barBoxes(place, breadth, parts, box).map((bar, layer) =>
            bar.height > 0 ? (
              <rect
                key={`${place} ${layers[layer]?.name}`}
                class={`plot-bar tone-${layers[layer]?.tone}`}
                {...bar}
              />
            ) : null,
          );
        })
      }
    />
  );
}
