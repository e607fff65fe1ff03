import { useState } from 'preact/hooks';
import { useHistory } from '../history.js';
import type { LiveVersion } from '../live-types.js';
import { eachSecond, figure, milliseconds } from '../plots/format.js';
import { HeatPlot } from '../plots/heat-plot.js';
import { LinePlot } from '../plots/line-plot.js';
import { StackPlot } from '../plots/stack-plot.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';
import { BatchPlot } from './batch-plot.js';
import { PHASES, slotsOf } from './slots.js';
import { timeAxis, within } from './time-axis.js';

const PHASE_TONES = { queue: 4, input: 3, infer: 1, output: 2 } as const;

/** What a version does now and did in the last five minutes. It can be held still to be looked at. */
export function LivePlots({
  model,
  version,
  boundsMs,
  atMs,
}: {
  readonly model: string;
  readonly version: LiveVersion;
  readonly boundsMs: readonly number[];
  readonly atMs: number;
}) {
  const say = useTexts(MODEL_TEXT);
  const now = useHistory(model, version.version);
  const [held, setHeld] = useState<typeof now | null>(null);
  const slots = within(slotsOf(held ?? now));
  const axis = timeAxis(slots);
  const common = { ...axis, isTime: true, placeName: say('time'), empty: say('noMoments') };
  const line = (name: string, tone: 1 | 2 | 4 | 'bad', values: readonly number[]) => ({ name, tone, values });
  return (
    <section class="model-plots" aria-labelledby="model-plots">
      <div class="bar">
        <h2 id="model-plots">{say('plots')}</h2>
        <span class="faint spread">{say('slots')}</span>
        <button
          type="button"
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? now : null)}
        >
          {held === null ? say('hold') : say('goOn')}
        </button>
      </div>
      <div class="model-grid">
        <LinePlot
          {...common}
          title={say('throughput')}
          textOf={eachSecond}
          lines={[
            line(
              say('success'),
              1,
              slots.map(({ perSecond }) => perSecond),
            ),
            line(
              say('errors'),
              'bad',
              slots.map(({ errorsPerSecond }) => errorsPerSecond),
            ),
          ]}
        />
        <HeatPlot
          {...common}
          title={say('latency')}
          note={say('latencyNote')}
          boundsMs={boundsMs}
          columns={slots.map(({ latencyCounts }) => latencyCounts)}
        />
        <StackPlot
          {...common}
          title={say('phases')}
          note={say('phasesNote')}
          textOf={milliseconds}
          layers={PHASES.map((phase) => ({
            name: say(phase),
            tone: PHASE_TONES[phase],
            values: slots.map(({ phasesMs }) => phasesMs[phase]),
          }))}
        />
        <BatchPlot
          key={`${model}/${version.version}`}
          atMs={atMs}
          batches={version.stats?.batch_stats ?? []}
          isHeld={held !== null}
        />
        <LinePlot
          {...common}
          title={say('waiting')}
          note={say('waitingNote')}
          textOf={figure}
          leastCeiling={5}
          lines={[
            line(
              say('waitingRequests'),
              4,
              slots.map(({ waiting }) => waiting),
            ),
          ]}
        />
        <LinePlot
          {...common}
          title={say('oldest')}
          note={say('oldestNote')}
          textOf={milliseconds}
          lines={[
            line(
              say('oldestRequest'),
              2,
              slots.map(({ oldestMs }) => oldestMs),
            ),
          ]}
        />
      </div>
    </section>
  );
}
