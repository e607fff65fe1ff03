import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api.js';
import { Dialog } from '../parts/dialog.js';
import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';
import { changesAnything, type Plan } from './plan.js';
import { PlanLists } from './plan-lists.js';

type Stage = 'reading' | 'read' | 'applying' | 'applied';

/** Shows what a reload of the configuration would do before it does it. */
export function PlanDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useTexts(MODELS_TEXT);
  const [stage, setStage] = useState<Stage>('reading');
  const [plan, setPlan] = useState<Plan | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (method: 'GET' | 'POST', path: string, then: Stage): Promise<void> => {
    try {
      setPlan(await ask<Plan>(method, path));
      setStage(then);
    } catch (thrown) {
      setProblem(thrown instanceof Error ? thrown.message : String(thrown));
      setStage('read');
    }
  };
  useEffect(() => void run('GET', '/v2/repository/plan', 'read'), []);
  const apply = (): void => {
    setStage('applying');
    setProblem(null);
    void run('POST', '/v2/repository/reload', 'applied');
  };
  const isOffered = stage !== 'applied' && plan !== null && changesAnything(plan);
  return (
    <Dialog label="plan-head" onClose={onClose}>
      <h2 id="plan-head">{say('planHead')}</h2>
      {plan !== null && <PlanLists plan={plan} />}
      <p role="status" class={problem === null ? 'faint' : 'problem'}>
        {problem ?? statusOf(stage, say)}
      </p>
      <p class="bar">
        <button type="button" onClick={onClose}>
          {say(isOffered ? 'cancel' : 'close')}
        </button>
        {isOffered && (
          <button type="button" class="is-main" disabled={stage !== 'read'} onClick={apply}>
            {say('apply')}
          </button>
        )}
      </p>
    </Dialog>
  );
}

function statusOf(stage: Stage, say: (key: 'planWait' | 'applying' | 'applied') => string): string {
  switch (stage) {
    case 'reading':
      return say('planWait');
    case 'read':
      return '';
    case 'applying':
      return say('applying');
    case 'applied':
      return say('applied');
  }
}
