import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { editorsOf } from './editor-of.js';
import { InputCard } from './input-card.js';
import type { InputValue } from './input-value.js';
import type { ModelFacts } from './model-facts.js';
import { OutputPanel } from './output-panel.js';
import type { Picture } from './picture.js';
import { afterAnswer, newSequence, type Sequence, sequenceProblem } from './sequence.js';
import { SequenceCard } from './sequence-card.js';
import { SnippetPanel } from './snippet-panel.js';
import { type Job, parametersOf, useTrials } from './trials.js';
import type { Tensor } from './wire.js';

interface TryFormProps {
  readonly model: string;
  readonly version: string | null;
  readonly facts: ModelFacts;
}

type Values = Readonly<Record<string, InputValue>>;

/** Inputs, outputs, and the same as a program. */
export function TryForm({ model, version, facts }: TryFormProps) {
  const say = useTexts(TRY_TEXT);
  const [values, setValues] = useState<Values>({});
  const [sequence, setSequence] = useState(() =>
    facts.sequenceIdleMs === null ? null : newSequence(Math.random),
  );
  const [isLive, setLive] = useState(
    () => sequence === null && facts.inputs.some((spec) => editorsOf(spec)[0] === 'image'),
  );
  // What the editors begin with is not asked for by anybody.
  const isTouched = useRef(false);
  const { trial, isBusy, isReady, send, drop } = useTrials(model, version, facts);
  const job = useMemo(() => jobOf(facts, values, sequence), [facts, values, sequence]);
  const touch = useCallback(() => {
    isTouched.current = true;
  }, []);
  // What is pasted comes to the page as a whole.
  useEffect(() => {
    document.addEventListener('paste', touch, true);
    return () => document.removeEventListener('paste', touch, true);
  }, []);
  useEffect(() => {
    if (!isLive || !isTouched.current) return;
    if (job === null) drop();
    else send(job);
  }, [job, isLive]);
  useEffect(() => {
    const sent = trial?.job.sequence ?? null;
    if (trial === null || sent === null || !('answer' in trial.outcome)) return;
    // Unless something else has been said meanwhile.
    setSequence((now) => (now === sent ? afterAnswer(sent) : now));
  }, [trial]);
  const asked = trial?.job ?? job;
  return (
    <>
      <div class="try-columns">
        <form
          aria-label={say('inputs')}
          onPointerDownCapture={touch}
          onKeyDownCapture={touch}
          onInputCapture={touch}
          onDropCapture={touch}
          onSubmit={(event) => {
            event.preventDefault();
            // Of a sequence, none may be left out: the next is sent when this one is answered.
            if (job !== null && (sequence === null || isReady())) send(job);
          }}
        >
          <div class="try-head">
            <h2>{say('inputs')}</h2>
            {sequence === null && (
              <label class="try-check">
                <input
                  type="checkbox"
                  checked={isLive}
                  onChange={({ currentTarget }) => setLive(currentTarget.checked)}
                />
                {say('live')}
              </label>
            )}
            <button type="submit" class="is-main" disabled={job === null}>
              {say('send')}
            </button>
          </div>
          {sequence !== null && facts.sequenceIdleMs !== null && (
            <SequenceCard sequence={sequence} idleMs={facts.sequenceIdleMs} onSequence={setSequence} />
          )}
          {facts.inputs.map((spec) => (
            <InputCard
              key={spec.name}
              spec={spec}
              keptAs={`furiosa.try.${model}.${spec.name}`}
              problem={problemOf(values[spec.name])}
              isReady={isReady}
              onValue={(value) => setValues((known) => ({ ...known, [spec.name]: value }))}
            />
          ))}
          {facts.inputs.length === 0 && <p>{say('noInputs')}</p>}
        </form>
        <OutputPanel trial={trial} isBusy={isBusy} facts={facts} />
      </div>
      {asked !== null && (
        <SnippetPanel
          request={{
            origin: location.origin,
            model,
            version,
            inputs: asked.inputs,
            parameters: parametersOf(asked),
          }}
        />
      )}
    </>
  );
}

/** What would be sent; null as long as an input is missing or wrong. */
function jobOf({ inputs }: ModelFacts, values: Values, sequence: Sequence | null): Job | null {
  if (sequence !== null && sequenceProblem(sequence) !== null) return null;
  const tensors: Tensor[] = [];
  let seen: Picture | null = null;
  for (const { name, datatype } of inputs) {
    const value = values[name];
    if (value === undefined || 'problem' in value) return null;
    tensors.push({ name, datatype, shape: value.shape, bytes: value.bytes });
    seen ??= value.picture ?? null;
  }
  return { inputs: tensors, sequence, seen };
}

function problemOf(value: InputValue | undefined) {
  return value !== undefined && 'problem' in value ? value.problem : null;
}
