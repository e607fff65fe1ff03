import { NONE } from './format.js';
import type { PlotKey } from './plot-frame.js';

/** What the colours mean, and the values at one place. */
export function PlotKeys({
  keys,
  at,
  place,
}: {
  readonly keys: readonly PlotKey[];
  readonly at: number;
  /** What the place is called; null for the newest. */
  readonly place: string | null;
}) {
  return (
    <ul class="plot-keys">
      {keys.map(({ name, tone, mark, values, total }) => (
        <li key={name}>
          <span class={`plot-mark plot-mark-${mark} tone-${tone}`} />
          {name} <span class="plot-value">{(place === null ? total : undefined) ?? values[at] ?? NONE}</span>
        </li>
      ))}
      {place !== null && <li class="plot-at">{place}</li>}
    </ul>
  );
}
