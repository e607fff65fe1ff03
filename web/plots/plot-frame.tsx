import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { PLOTS_TEXT } from '../text/plots-text.js';
import { useTexts } from '../text/text.js';
import { NONE } from './format.js';
import { PlotAxes } from './plot-axes.js';
import { PlotKeys } from './plot-keys.js';
import { PlotTable } from './plot-table.js';
import { across, type Box, nearestPlace, type Tick } from './scale.js';
import { useWidth } from './width.js';

/** One of the colours of `plots.css`. */
export type Tone = 1 | 2 | 3 | 4 | 5 | 6 | 'bad' | 'ink';

/** One of the things that a plot shows. */
export interface PlotKey {
  readonly name: string;
  readonly tone: Tone;
  readonly mark: 'line' | 'block';
  /** With its unit, at each of the places. */
  readonly values: readonly string[];
  /** What is said of all places together, while none is chosen; else that is the value at the last. */
  readonly total?: string | undefined;
}

export interface PlotFrameProps {
  readonly title: string;
  readonly note?: string | undefined;
  /** What the places are: the head of the first column of the table. */
  readonly placeName: string;
  /** Parts of the horizontal axis that have values, from left to right. */
  readonly places: readonly number[];
  /** What the places are called. */
  readonly placeLabels: readonly string[];
  readonly acrossTicks: readonly Tick[];
  readonly upTicks: readonly Tick[];
  readonly keys: readonly PlotKey[];
  /** Whether the horizontal axis is time. */
  readonly isTime: boolean;
  /** What stands in the plot while there are no places. */
  readonly empty: string;
  readonly draw: (box: Box) => ComponentChildren;
}

const HEIGHT = 168;
const MARGIN = { left: 52, right: 24, top: 10, bottom: 20 };

/**
 * What every plot has: its axes, its values at the newest place or at that of the pointer, and all of them as a table. The
 * place is a slider, so that arrow keys move it and screen readers read it.
 */
export function PlotFrame(props: PlotFrameProps) {
  const { title, note, places, placeLabels, keys, draw } = props;
  const say = useTexts(PLOTS_TEXT);
  const { ref, width } = useWidth(480);
  const [chosen, setChosen] = useState<number | null>(null);
  const box: Box = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  const last = places.length - 1;
  const at = Math.min(chosen ?? last, last);
  const told = keys
    .map(
      ({ name, values, total }) => `${name} ${(chosen === null ? total : undefined) ?? values[at] ?? NONE}`,
    )
    .join(', ');
  const choose = (event: PointerEvent): void => {
    const left = ref.current?.getBoundingClientRect().left ?? 0;
    setChosen(nearestPlace(places, (event.clientX - left - box.left) / box.width));
  };
  return (
    <figure class="plot">
      <figcaption>
        <span class="plot-title">{title}</span>
        {note !== undefined && <span class="plot-note"> {note}</span>}
      </figcaption>
      <PlotKeys keys={keys} at={at} place={chosen === null ? null : (placeLabels[at] ?? null)} />
      <div class="plot-body" ref={ref}>
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={last < 0 ? `${title}: ${props.empty}` : `${title}: ${told}`}
        >
          <PlotAxes box={box} acrossTicks={props.acrossTicks} upTicks={props.upTicks} />
          {last >= 0 && draw(box)}
          {chosen !== null && last >= 0 && (
            <line
              class="plot-cursor"
              x1={across(box, places[at] ?? 0)}
              x2={across(box, places[at] ?? 0)}
              y1={box.top}
              y2={box.top + box.height}
            />
          )}
          {last < 0 && (
            <text class="plot-empty" x={box.left + box.width / 2} y={box.top + box.height / 2}>
              {props.empty}
            </text>
          )}
        </svg>
        {last >= 0 && (
          <input
            type="range"
            class="plot-place"
            min={0}
            max={last}
            value={at}
            aria-label={say('place', { title })}
            aria-valuetext={`${placeLabels[at] ?? ''}: ${told}`}
            onInput={(event) => setChosen(event.currentTarget.valueAsNumber)}
            onPointerMove={choose}
            onPointerLeave={() => setChosen(null)}
            onBlur={() => setChosen(null)}
          />
        )}
      </div>
      <PlotTable
        title={title}
        placeName={props.placeName}
        placeLabels={placeLabels}
        keys={keys}
        isNewestLast={props.isTime}
      />
    </figure>
  );
}
