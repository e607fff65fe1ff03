import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import type { AxisSizes } from './shape.js';

/** A field for each open axis that nothing else decides. */
export function AxisFields({
  axes,
  sizes,
  onSizes,
}: {
  readonly axes: readonly number[];
  readonly sizes: AxisSizes;
  readonly onSizes: (sizes: AxisSizes) => void;
}) {
  const say = useTexts(TRY_TEXT);
  return (
    <>
      {axes.map((axis) => (
        <label key={axis} class="try-field">
          {say('axis', { axis })}
          <input
            type="number"
            min={1}
            max={65536}
            value={sizes[axis] ?? 1}
            onInput={({ currentTarget }) => {
              const size = currentTarget.valueAsNumber;
              if (Number.isInteger(size) && size > 0 && size <= 65536) onSizes({ ...sizes, [axis]: size });
            }}
          />
        </label>
      ))}
    </>
  );
}
