import { Pager } from '../parts/pager.js';
import { usePages } from '../parts/use-pages.js';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { shownElement } from './element-text.js';
import { readerOf } from './elements.js';
import { tableOf } from './output-of.js';
import type { OutputProps } from './output-props.js';

const ROWS_AT_A_TIME = 50;
const COLUMNS_AT_MOST = 64;

/** Any tensor as a table. */
export function TableOutput({ tensor }: OutputProps) {
  const say = useTexts(TRY_TEXT);
  const { rows, columns } = tableOf(tensor.shape);
  const read = readerOf(tensor.datatype, tensor.bytes);
  const pages = usePages(rows, ROWS_AT_A_TIME);
  const { from, to } = pages;
  const shownRows = Array.from({ length: to - from }, (_, index) => from + index);
  const shownColumns = Array.from({ length: Math.min(COLUMNS_AT_MOST, columns) }, (_, index) => index);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <section class="try-scroll" tabIndex={0} aria-label={say('tableOf', { name: tensor.name })}>
        <table class="try-table">
          <thead>
            <tr>
              <th scope="col">{say('row')}</th>
              {shownColumns.map((column) => (
                <th key={column} scope="col">
                  {columns === 1 ? say('value') : column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shownRows.map((row) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {shownColumns.map((column) => (
                  <td key={column}>{shownElement(read(row * columns + column))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {columns > COLUMNS_AT_MOST && (
        <p class="try-hint">{say('columnsLeftOut', { count: columns - COLUMNS_AT_MOST })}</p>
      )}
      <Pager {...pages} />
    </>
  );
}
