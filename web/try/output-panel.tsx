import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import type { ModelFacts } from './model-facts.js';
import { OutputCard } from './output-card.js';
import { Problem } from './problem.js';
import type { Trial } from './trials.js';
import type { Tensor } from './wire.js';

interface OutputPanelProps {
  readonly trial: Trial | null;
  readonly isBusy: boolean;
  readonly facts: ModelFacts;
}

/** What the model answered, and how long that took. */
export function OutputPanel({ trial, isBusy, facts }: OutputPanelProps) {
  const say = useTexts(TRY_TEXT);
  const outcome = trial?.outcome;
  return (
    <section aria-label={say('outputs')} aria-busy={isBusy} class="try-outputs">
      <div class="try-head">
        <h2>{say('outputs')}</h2>
        {outcome !== undefined && 'answer' in outcome && (
          <span class="try-hint">
            {say('roundTrip', {
              milliseconds: outcome.milliseconds.toFixed(1),
              version: outcome.answer.version,
            })}
          </span>
        )}
      </div>
      {outcome === undefined && <p class="try-hint">{say('nothingYet')}</p>}
      {outcome !== undefined && 'fault' in outcome && (
        <p class="try-problem" role="alert">
          {outcome.fault instanceof Problem ? say(outcome.fault.key, outcome.fault.places) : outcome.fault}
        </p>
      )}
      {outcome !== undefined &&
        'answer' in outcome &&
        outcome.answer.outputs.map((tensor) => (
          <OutputCard
            key={tensor.name}
            tensor={tensor}
            spec={facts.outputs.find(({ name }) => name === tensor.name) ?? specOf(tensor)}
            seen={trial?.job.seen ?? null}
            labels={trial?.labels[tensor.name] ?? []}
          />
        ))}
    </section>
  );
}

function specOf({ name, datatype, shape }: Tensor) {
  return { name, datatype, shape, hasLabels: false };
}
