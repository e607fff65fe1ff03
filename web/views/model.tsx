import { modelPath } from '../api.js';
import { useLive } from '../live.js';
import type { LiveModel, LiveVersion } from '../live-types.js';
import { type ModelConfig, type ModelMetadata, useAnswer } from '../model/answers.js';
import { Config } from '../model/config.js';
import { Controls } from '../model/controls.js';
import { Facts } from '../model/facts.js';
import { Failures } from '../model/failures.js';
import { Heading } from '../model/heading.js';
import { LivePlots } from '../model/live-plots.js';
import { Tensors } from '../model/tensors.js';
import { stateOf, versionShown } from '../model/versions.js';
import { hrefOf } from '../route.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';

/** One version of a model: what it is, how it does, and what went wrong. */
export function ModelPage({ model, version }: { readonly model: string; readonly version: string | null }) {
  const say = useTexts(MODEL_TEXT);
  const { models, server } = useLive();
  const found = models.get(model);
  if (found !== undefined) {
    const shown = versionShown(found, version);
    return (
      <div class="model">
        <Heading model={found} version={shown} />
        {shown === null && <p>{say('noVersion', { version: version ?? '' })}</p>}
        {found.fault !== null && <p class="bad">{found.fault}</p>}
        {shown !== null && <Version key={shown.version} model={found} version={shown} />}
        <Controls model={found} />
      </div>
    );
  }
  return (
    <div class="model">
      <h1>{model}</h1>
      <p>
        {say(server === null ? 'connecting' : 'noModel')}{' '}
        <a href={hrefOf({ view: 'models' })}>{say('allModels')}</a>
      </p>
    </div>
  );
}

function Version({ model, version }: { readonly model: LiveModel; readonly version: LiveVersion }) {
  const { atMs, latencyBoundsMs } = useLive();
  const isReady = version.state === 'READY';
  const path = isReady ? modelPath(model.name, version.version) : null;
  // What was loaded anew holds other memory, or stands elsewhere.
  const occasion = [version.state, version.memory_bytes, version.instances, ...version.devices].join(' ');
  const metadata = useAnswer<ModelMetadata>(path, occasion);
  const config = useAnswer<ModelConfig>(path === null ? null : `${path}/config`, occasion);
  const properties = metadata.state === 'answered' ? (metadata.answer.properties ?? {}) : {};
  return (
    <>
      {properties['description'] !== undefined && <p>{properties['description']}</p>}
      {version.reason !== '' && stateOf(version) !== 'unloaded' && <p class="bad">{version.reason}</p>}
      <Facts model={model} version={version} properties={properties} />
      {isReady && <LivePlots model={model.name} version={version} boundsMs={latencyBoundsMs} atMs={atMs} />}
      {version.stats !== null && <Failures stats={version.stats} />}
      {metadata.state === 'failed' && <p class="bad">{metadata.sentence}</p>}
      {metadata.state === 'answered' && (
        <Tensors metadata={metadata.answer} config={config.state === 'answered' ? config.answer : null} />
      )}
      {isReady && <Config config={config} />}
    </>
  );
}
