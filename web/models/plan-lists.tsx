import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';
import { changesAnything, type Plan, type PlanStep } from './plan.js';

/** What would be loaded, changed, rerouted and unloaded, and why; or what is wrong. */
export function PlanLists({ plan }: { readonly plan: Plan }) {
  const say = useTexts(MODELS_TEXT);
  if (!plan.can_apply) {
    return <Sentences head={say('planProblems')} sentences={plan.problems.map(({ text }) => text)} isBad />;
  }
  return (
    <>
      {!changesAnything(plan) && <p>{say('planNothing')}</p>}
      <Sentences head={say('planLoad')} sentences={plan.load.map(stepText)} />
      <Sentences head={say('planChange')} sentences={plan.change.map(stepText)} />
      <Sentences head={say('planRoute')} sentences={plan.route.map(stepText)} />
      <Sentences head={say('planUnload')} sentences={plan.unload.map(stepText)} />
      <Sentences head={say('planRestart')} sentences={plan.restart} />
      {plan.keep > 0 && <p class="faint">{say('planKeep', { count: plan.keep })}</p>}
    </>
  );
}

function stepText({ model, version, why }: PlanStep): string {
  return `${model} ${version}${why === '' ? '' : ` – ${why}`}`;
}

function Sentences({
  head,
  sentences,
  isBad = false,
}: {
  readonly head: string;
  readonly sentences: readonly string[];
  readonly isBad?: boolean;
}) {
  if (sentences.length === 0) return null;
  return (
    <section class={isBad ? 'problem' : undefined}>
      <h3>{head}</h3>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
