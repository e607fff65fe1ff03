import { useRef } from 'preact/hooks';
import type { BatchStats } from '../live-types.js';
import { bands } from '../plots/bar-boxes.js';
import { clockTime, figure } from '../plots/format.js';
import { StackPlot } from '../plots/stack-plot.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';
import { type BatchCount, BatchWindow } from './batch-window.js';

/** More words than these below the bars would run into each other. */
const MAX_TICKS = 12;

/** How many rows ran at once. */
export function BatchPlot({
  atMs,
  batches,
  isHeld,
}: {
  readonly atMs: number;
  readonly batches: readonly BatchStats[];
  readonly isHeld: boolean;
}) {
  const say = useTexts(MODEL_TEXT);
  const seen = useRef<BatchWindow | null>(null);
  seen.current ??= new BatchWindow();
  const shown = useRef<{ readonly counts: readonly BatchCount[]; readonly sinceMs: number | null } | null>(
    null,
  );
  if (atMs > 0) seen.current.add(atMs, batches);
  if (!isHeld || shown.current === null) {
    shown.current = { counts: seen.current.counts(batches), sinceMs: seen.current.sinceMs };
  }
  const { counts, sinceMs } = shown.current;
  const { places, breadth } = bands(counts.length);
  const names = counts.map(({ fromRows, toRows }) =>
    fromRows === toRows ? String(toRows) : `${fromRows}–${toRows}`,
  );
  const all = counts.reduce((sum, { runs }) => sum + runs, 0);
  const step = Math.ceil(names.length / MAX_TICKS);
  return (
    <StackPlot
      title={say('batches')}
      note={sinceMs === null ? '' : say('batchesNote', { time: clockTime(sinceMs, true) })}
      placeName={say('rows')}
      places={places}
      breadth={breadth}
      placeLabels={names.map((rows) => say('ofRows', { rows }))}
      acrossTicks={names.flatMap((text, at) => (at % step === 0 ? [{ at: places[at] ?? 0, text }] : []))}
      isTime={false}
      empty={say('noBatches')}
      textOf={figure}
      layers={[{ name: say('runs'), tone: 1, values: counts.map(({ runs }) => runs), total: figure(all) }]}
    />
  );
}
