import { across, type Box, type Tick, upward } from './scale.js';

/** Thin lines across, and words below and beside. */
export function PlotAxes({
  box,
  acrossTicks,
  upTicks,
}: {
  readonly box: Box;
  readonly acrossTicks: readonly Tick[];
  readonly upTicks: readonly Tick[];
}) {
  return (
    <g>
      {upTicks.map(({ at, text }) => (
        <g key={at}>
          <line
            class="plot-grid"
            x1={box.left}
            x2={box.left + box.width}
            y1={upward(box, at)}
            y2={upward(box, at)}
          />
          <text class="plot-tick plot-tick-up" x={box.left - 6} y={upward(box, at) + 4}>
            {text}
          </text>
        </g>
      ))}
      {acrossTicks.map(({ at, text }) => (
        <text key={`${at} ${text}`} class="plot-tick" x={across(box, at)} y={box.top + box.height + 15}>
          {text}
        </text>
      ))}
    </g>
  );
}
