import { useState } from 'preact/hooks';
import { ScrollBox } from '../parts/scroll-box.js';
import { PLOTS_TEXT } from '../text/plots-text.js';
import { useTexts } from '../text/text.js';
import type { PlotKey } from './plot-frame.js';

/** The figures behind a plot. They are only drawn while they are shown. */
export function PlotTable({
  title,
  placeName,
  placeLabels,
  keys,
  isNewestLast,
}: {
  readonly title: string;
  readonly placeName: string;
  readonly placeLabels: readonly string[];
  readonly keys: readonly PlotKey[];
  /** Then the table begins with the last place. */
  readonly isNewestLast: boolean;
}) {
  const say = useTexts(PLOTS_TEXT);
  const [isOpen, setOpen] = useState(false);
  const rowOf = (label: string, at: number) => (
    <tr key={label}>
      <th scope="row">{label}</th>
      {keys.map(({ name, values }) => (
        <td key={name}>{values[at]}</td>
      ))}
    </tr>
  );
  const rows = isOpen ? placeLabels.map(rowOf) : [];
  return (
    <details class="plot-figures" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {say('figures')} <span class="hidden">{title}</span>
      </summary>
      {isOpen && (
        <ScrollBox label={say('figuresOf', { title })}>
          <table>
            <thead>
              <tr>
                <th scope="col">{placeName}</th>
                {keys.map(({ name }) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{isNewestLast ? rows.reverse() : rows}</tbody>
          </table>
        </ScrollBox>
      )}
    </details>
  );
}
