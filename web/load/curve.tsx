import { eachSecond, milliseconds } from '../plots/format.js';
import { linePath } from '../plots/line-path.js';
import { PlotFrame } from '../plots/plot-frame.js';
import { across, niceCeiling, ticksUpTo, upward } from '../plots/scale.js';
import { LOAD_TEXT } from '../text/load-text.js';
import { useTexts } from '../text/text.js';
import type { Summary } from './summary.js';

/** Latency over throughput: where more at once gives more, the curve goes to the right; where it only waits longer, upwards. */
export function Curve({ summaries }: { readonly summaries: readonly Summary[] }) {
  const say = useTexts(LOAD_TEXT);
  const shown = summaries.filter(({ succeeded }) => succeeded > 0);
  const widest = niceCeiling(Math.max(0, ...shown.map(({ perSecond }) => perSecond)));
  const highest = niceCeiling(Math.max(0, ...shown.map(({ p99Ms }) => p99Ms ?? 0)));
  const places = shown.map(({ perSecond }) => perSecond / widest);
  const lines = [
    { name: 'p50', tone: 1, values: shown.map(({ p50Ms }) => p50Ms) },
    { name: 'p99', tone: 'bad', values: shown.map(({ p99Ms }) => p99Ms) },
  ] as const;
  return (
    <PlotFrame
      title={say('curve')}
      note={say('curveNote')}
      placeName={say('step')}
      places={places}
      placeLabels={shown.map(({ atOnce, perSecond }) =>
        say('stepAt', { count: atOnce, throughput: eachSecond(perSecond) }),
      )}
      acrossTicks={ticksUpTo(widest, eachSecond)}
      upTicks={ticksUpTo(highest, milliseconds)}
      isTime={false}
      empty={say('noSteps')}
      keys={lines.map(({ name, tone, values }) => ({
        name,
        tone,
        mark: 'line',
        values: values.map(milliseconds),
      }))}
      draw={(box) =>
        lines.map(({ name, tone, values }) => {
          const points = values.map((value, at) => ({
            place: places[at] ?? 0,
            part: value === null ? null : value / highest,
            atOnce: shown[at]?.atOnce,
          }));
          return (
            <g key={name}>
              <path class={`plot-line plot-line-${name} tone-${tone}`} d={linePath(points, box)} />
              {points.map(({ place, part, atOnce }) => (
                <g key={atOnce}>
                  <circle
                    class={`plot-dot tone-${tone}`}
                    cx={across(box, place)}
                    cy={upward(box, part ?? 0)}
                    r={2.5}
                  />
                  {name === 'p99' && (
                    <text class="plot-dot-text" x={across(box, place)} y={upward(box, part ?? 0) - 6}>
                      {atOnce}
                    </text>
                  )}
                </g>
              ))}
            </g>
          );
        })
      }
    />
  );
}
