import { sparkPath } from './spark-path.js';

const WIDTH = 96;
const HEIGHT = 20;

/** A small curve without axes. The newest value is at the right edge; `places` values would fill it. */
export function Sparkline({
  values,
  places,
  label,
}: {
  readonly values: readonly number[];
  readonly places: number;
  readonly label: string;
}) {
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={label}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
    >
      <path d={sparkPath(values, places, WIDTH, HEIGHT)} />
    </svg>
  );
}
