import { useState } from 'preact/hooks';
import { useLive } from '../live.js';
import type { LiveModel } from '../live-types.js';
import { TargetChoice } from '../load/target.js';
import { useLoad } from '../load/use-load.js';
import { VersionLoad } from '../load/version-load.js';
import { versionShown } from '../model/versions.js';
import { hrefOf } from '../route.js';
import { LOAD_TEXT } from '../text/load-text.js';
import { useTexts } from '../text/text.js';

/** A small load test that this browser makes itself. */
export function LoadTest({ model }: { readonly model: string | null }) {
  const say = useTexts(LOAD_TEXT);
  const { models, server } = useLive();
  const ready = [...models.values()].filter(({ versions }) =>
    versions.some(({ state }) => state === 'READY'),
  );
  const chosen = model === null ? ready[0] : ready.find(({ name }) => name === model);
  return (
    <div class="load">
      <h1>{say('title')}</h1>
      {chosen !== undefined ? (
        <ModelLoad key={chosen.name} models={ready} model={chosen} />
      ) : (
        <div class="empty">
          <p>
            {say(server === null ? 'connecting' : model === null ? 'noModels' : 'notReady', {
              model: model ?? '',
            })}
          </p>
          {server !== null && model === null && (
            <pre>furiosa server --model-path model.onnx --model-name name</pre>
          )}
          <p>
            <a href={hrefOf({ view: 'models' })}>{say('allModels')}</a>
          </p>
        </div>
      )}
    </div>
  );
}

function ModelLoad({ models, model }: { readonly models: readonly LiveModel[]; readonly model: LiveModel }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const load = useLoad();
  const version = (versionShown(model, wanted) ?? versionShown(model, null))?.version ?? '';
  return (
    <>
      <TargetChoice
        models={models}
        model={model}
        version={version}
        isRunning={load.progress?.state === 'running'}
        onVersion={setWanted}
      />
      <VersionLoad key={version} model={model.name} version={version} load={load} />
    </>
  );
}
