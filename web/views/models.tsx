import { useState } from 'preact/hooks';
import { recentFrames } from '../history.js';
import { useLive } from '../live.js';
import type { LiveModel } from '../live-types.js';
import { ModelTable } from '../models/model-table.js';
import { NoModels } from '../models/no-models.js';
import { PlanDialog } from '../models/plan-dialog.js';
import { filtered, type Order, rowsOf, sorted } from '../models/rows.js';
import { UnloadDialog } from '../models/unload-dialog.js';
import { useActions } from '../models/use-actions.js';
import { Pager } from '../parts/pager.js';
import { usePages } from '../parts/use-pages.js';
import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';

/** So many lines are drawn at once: the page stays quick with a thousand models. */
const PAGE_ROWS = 50;

/** Every version of every model, and what it does now. */
export function Models() {
  const say = useTexts(MODELS_TEXT);
  const { models, server } = useLive();
  const actions = useActions();
  const [text, setText] = useState('');
  const [order, setOrder] = useState<Order>({ column: 'name', isDown: false });
  const [leaving, setLeaving] = useState<LiveModel | null>(null);
  const [isPlanning, setPlanning] = useState(false);
  const all = rowsOf(models.values(), (model, version) => recentFrames.derived(model, version));
  const found = filtered(all, text);
  const pages = usePages(found.length, PAGE_ROWS);
  const shown = sorted(found, order).slice(pages.from, pages.to);
  const versions = all.filter(({ version }) => version !== null);
  const ready = versions.filter(({ version }) => version?.state === 'READY').length;
  return (
    <>
      <div class="bar">
        <h1>{say('models')}</h1>
        {versions.length > 0 && <p class="faint">{say('count', { ready, all: versions.length })}</p>}
        <span class="spread" />
        {all.length > 0 && (
          <input
            type="search"
            aria-label={say('filter')}
            placeholder={say('filter')}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
        <button type="button" onClick={() => setPlanning(true)}>
          {say('reload')}
        </button>
      </div>
      {server === null && <p class="faint">{say('waitingForServer')}</p>}
      {server !== null && all.length === 0 && <NoModels />}
      {all.length > 0 && found.length === 0 && <p>{say('noneFound', { text })}</p>}
      {found.length > 0 && (
        <ModelTable rows={shown} order={order} onOrder={setOrder} actions={actions} onUnload={setLeaving} />
      )}
      <Pager {...pages} />
      {found.length > 0 && <p class="note">{say('explained')}</p>}
      {leaving !== null && (
        <UnloadDialog
          model={leaving}
          onYes={() => actions.start('unload', leaving.name)}
          onClose={() => setLeaving(null)}
        />
      )}
      {isPlanning && <PlanDialog onClose={() => setPlanning(false)} />}
    </>
  );
}
