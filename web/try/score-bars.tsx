import { useMemo, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { shownElement } from './element-text.js';
import type { Labels } from './label-texts.js';
import { scoreRowsOf } from './output-of.js';
import type { OutputProps } from './output-props.js';
import { areLogits, barsOf, ranked, softmax } from './scores.js';

/** As many bars are shown at first, and as many at most. */
const FEW = 10;
const MANY = 200;
/** So few are shown in their own order: what moves should not change places as well. */
const IN_ORDER_AT_MOST = 12;

/** Scores as bars with what they stand for; the largest is marked. */
export function ScoreBars({ tensor, spec, values, labels }: OutputProps & { readonly labels: Labels }) {
  const say = useTexts(TRY_TEXT);
  const { rows, classes } = scoreRowsOf(tensor.shape, spec.shape) ?? { rows: 1, classes: values.length };
  const [isSorted, setSorted] = useState(classes > IN_ORDER_AT_MOST);
  const [isSoft, setSoft] = useState(false);
  const [isLong, setLong] = useState(false);
  const [chosenRow, setRow] = useState(0);
  const row = Math.min(chosenRow, rows - 1);
  const raw = useMemo(() => [...values.slice(row * classes, (row + 1) * classes)], [values, row, classes]);
  const couldBeSoft = isSoft || areLogits(raw, tensor.datatype);
  const bars = useMemo(
    () => barsOf(isSoft ? softmax(raw) : raw, isSoft ? 'FP32' : tensor.datatype),
    [raw, isSoft, tensor.datatype],
  );
  const order = useMemo(() => ranked(bars), [bars]);
  const [best] = order;
  const shown = (isSorted ? order : bars).slice(
    0,
    isLong ? MANY : Math.max(FEW, isSorted ? 0 : IN_ORDER_AT_MOST),
  );
  return (
    <>
      <div class="try-row">
        {rows > 1 && (
          <label class="try-field">
            {say('batchRow', { rows })}
            <input
              type="number"
              min={0}
              max={rows - 1}
              value={row}
              onInput={({ currentTarget }) =>
                setRow(Math.max(0, Math.trunc(currentTarget.valueAsNumber) || 0))
              }
            />
          </label>
        )}
        <label class="try-check">
          <input
            type="checkbox"
            checked={isSorted}
            onChange={({ currentTarget }) => setSorted(currentTarget.checked)}
          />
          {say('sorted')}
        </label>
        {couldBeSoft && (
          <label class="try-check">
            <input
              type="checkbox"
              checked={isSoft}
              onChange={({ currentTarget }) => setSoft(currentTarget.checked)}
            />
            softmax
          </label>
        )}
      </div>
      <table class="try-bars">
        <caption class="hidden">{say('scoresOf', { name: tensor.name })}</caption>
        <thead class="hidden">
          <tr>
            <th scope="col">{say('class')}</th>
            <th scope="col">{say('bar')}</th>
            <th scope="col">{say('score')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ position, value, share }) => (
            <tr key={position} class={position === best?.position ? 'is-best' : ''}>
              <th scope="row">
                {labels[position] ? (
                  <>
                    {labels[position]} <span class="try-number">{position}</span>
                  </>
                ) : (
                  position
                )}
              </th>
              <td aria-hidden="true">
                <span style={{ width: `${(share * 100).toFixed(2)}%` }} />
              </td>
              <td>
                {shownElement(
                  tensor.datatype.startsWith('FP') || isSoft ? Number(value.toPrecision(4)) : value,
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {classes > shown.length && !isLong && (
        <button type="button" onClick={() => setLong(true)}>
          {say('more', { shown: Math.min(MANY, classes), count: classes })}
        </button>
      )}
    </>
  );
}
