import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';
import { ActionCell } from './action-cell.js';
import { NameCell, PlaceCells, StateCell, WorkCells } from './cells.js';
import { COLUMNS, type Column, clicked, type Order, type Row } from './rows.js';
import type { Actions } from './use-actions.js';

/** How a column of numbers stands. */
const NUMBERS: ReadonlySet<Column> = new Set([
  'memory',
  'perSecond',
  'p50',
  'p99',
  'waiting',
  'rows',
  'errors',
]);

export function ModelTable({
  rows,
  order,
  onOrder,
  actions,
  onUnload,
}: {
  readonly rows: readonly Row[];
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  readonly actions: Actions;
  readonly onUnload: (model: Row['model']) => void;
}) {
  const say = useTexts(MODELS_TEXT);
  return (
    <table class="cards models">
      <caption class="hidden">{say('models')}</caption>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <th
              key={column}
              scope="col"
              class={NUMBERS.has(column) ? 'number' : undefined}
              aria-sort={order.column === column ? (order.isDown ? 'descending' : 'ascending') : undefined}
            >
              <button type="button" class="sort" onClick={() => onOrder(clicked(order, column))}>
                {say(column)}
              </button>
            </th>
          ))}
          <th scope="col">{say('actions')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <NameCell {...row} />
            <StateCell {...row} />
            <PlaceCells {...row} />
            <WorkCells {...row} />
            <ActionCell row={row} actions={actions} onUnload={() => onUnload(row.model)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
