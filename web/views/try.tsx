import { useEffect, useState } from 'preact/hooks';
import { hrefOf } from '../route.js';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { askFacts, type ModelFacts } from '../try/model-facts.js';
import { TryForm } from '../try/try-form.js';

interface TryItProps {
  readonly model: string;
  readonly version: string | null;
}

type Facts = { readonly facts: ModelFacts } | { readonly fault: string } | null;

/** A form made from what the model says of itself, and its answers. */
export function TryIt({ model, version }: TryItProps) {
  const say = useTexts(TRY_TEXT);
  const [known, setKnown] = useState<Facts>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isGone = false;
    const tell = (facts: Facts): void => {
      if (!isGone) setKnown(facts);
    };
    askFacts(model, version).then(
      (facts) => tell({ facts }),
      (thrown: unknown) => tell({ fault: thrown instanceof Error ? thrown.message : String(thrown) }),
    );
    return () => {
      isGone = true;
    };
  }, [model, version, attempt]);
  return (
    <div class="try">
      <h1>
        {say('title')}: <a href={hrefOf({ view: 'model', model, version })}>{model}</a> {version}
      </h1>
      {known === null && <p role="status">{say('asking')}</p>}
      {known !== null && 'fault' in known && (
        <>
          <p class="try-problem" role="alert">
            {known.fault}
          </p>
          <p>
            <button type="button" onClick={() => setAttempt(attempt + 1)}>
              {say('again')}
            </button>
          </p>
        </>
      )}
      {known !== null && 'facts' in known && <TryForm model={model} version={version} facts={known.facts} />}
    </div>
  );
}
