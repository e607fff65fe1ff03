import { modelPath } from '../api.js';
import { type ModelMetadata, useAnswer } from '../model/answers.js';
import { LOAD_TEXT, type LoadSay } from '../text/load-text.js';
import { useTexts } from '../text/text.js';
import { Curve } from './curve.js';
import { LoadForm } from './load-form.js';
import type { LoadProgress } from './load-run.js';
import { Results } from './results.js';
import type { Load } from './use-load.js';

/** A load test of one version: the form, how far it is, and what came of it. */
export function VersionLoad({
  model,
  version,
  load: { progress, start, stop },
}: {
  readonly model: string;
  readonly version: string;
  readonly load: Load;
}) {
  const say = useTexts(LOAD_TEXT);
  const metadata = useAnswer<ModelMetadata>(modelPath(model, version), 'READY');
  if (metadata.state === 'asking') return null;
  if (metadata.state === 'failed') return <p class="bad">{metadata.sentence}</p>;
  const results = progress?.results ?? [];
  return (
    <>
      <LoadForm
        inputs={metadata.answer.inputs}
        isRunning={progress?.state === 'running'}
        onStart={(inputs, fill, plan) => start({ model, version, inputs, fill }, plan)}
        onStop={stop}
      />
      <p role="status" class={progress?.state === 'failed' ? 'bad' : 'faint'}>
        {progress === null ? '' : sentenceFor(progress, say)}
      </p>
      {progress !== null && progress.state === 'running' && (
        <p class="faint">
          {say('soFar', { count: progress.answered, seconds: Math.round(progress.ranMs / 1000) })}
        </p>
      )}
      <Curve summaries={results.map(({ summary }) => summary)} />
      {results.length > 0 && <Results results={results} />}
    </>
  );
}

/** What a screen reader should hear of it: the steps, and not every request. */
function sentenceFor({ state, atOnce, sentence, results }: LoadProgress, say: LoadSay): string {
  if (state === 'running') return atOnce === null ? say('first') : say('running', { count: atOnce });
  if (state === 'failed') return say('failedFirst', { sentence: sentence ?? '' });
  if (state === 'stopped') return say('stopped');
  const hasGivenUp = results.at(-1)?.summary.succeeded === 0;
  return say(hasGivenUp ? 'gaveUp' : 'done');
}
