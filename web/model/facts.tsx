import type { ComponentChildren } from 'preact';
import type { LiveModel, LiveVersion } from '../live-types.js';
import { bytes, figure, milliseconds, NONE } from '../plots/format.js';
import { hrefOf } from '../route.js';
import { MODEL_TEXT, type ModelSay } from '../text/model-text.js';
import { useTexts } from '../text/text.js';

type Fact = readonly [name: string, value: ComponentChildren];

const ISOLATION_TEXT = {
  thread: 'isolationThread',
  process: 'isolationProcess',
  none: 'isolationNone',
} as const;

/** Where and how a version runs, in words and figures. */
export function Facts({
  model,
  version,
  properties,
}: {
  readonly model: LiveModel;
  readonly version: LiveVersion;
  readonly properties: Readonly<Record<string, string>>;
}) {
  const say = useTexts(MODEL_TEXT);
  const devices = properties['device'] ?? version.devices.join(', ');
  const share = model.split?.[version.version];
  const labels = Object.entries(model.labels).filter(([, each]) => each === version.version);
  const facts: readonly (Fact | false)[] = [
    [say('platform'), version.platform ?? NONE],
    properties['engine'] !== undefined && [say('engine'), properties['engine']],
    [
      say('devices'),
      devices === '' ? (
        NONE
      ) : (
        <a key="devices" href={hrefOf({ view: 'devices' })}>
          {devices}
        </a>
      ),
    ],
    [say('instances'), instancesOf(version, properties, say)],
    version.isolation !== null && [say('isolation'), say(ISOLATION_TEXT[version.isolation])],
    version.isolation !== null && [say('restarts'), restartsOf(version)],
    [say('memory'), bytes(version.memory_bytes)],
    [say('waiting'), version.stats === null ? NONE : figure(version.stats.waiting.requests)],
    [say('oldestRequest'), version.stats === null ? NONE : milliseconds(version.stats.waiting.oldest_ms)],
    [say('rowsDone'), figure(version.inference_count)],
    [say('source'), model.source],
    labels.length > 0 && [say('versionLabels'), labels.map(([label]) => label).join(', ')],
    share !== undefined && [say('share'), `${figure(share)} %`],
    model.shadow?.version === version.version && [say('shadow'), `${figure(model.shadow.percent)} %`],
  ];
  return (
    <dl class="model-facts">
      {facts.map(
        (fact) =>
          fact !== false && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** `3 (2 killed, 1 hang)`: the words are those of the metrics. */
function restartsOf({ restarts }: LiveVersion): string {
  const some = Object.entries(restarts).filter(([, count]) => count > 0);
  const sum = some.reduce((total, [, count]) => total + count, 0);
  return sum === 0 ? '0' : `${sum} (${some.map(([why, count]) => `${count} ${why}`).join(', ')})`;
}

function instancesOf(
  { instances }: LiveVersion,
  properties: Readonly<Record<string, string>>,
  say: ModelSay,
): string {
  if (instances === null) return NONE;
  const threads = properties['threads_per_instance'];
  return threads === undefined ? String(instances) : say('instancesOf', { count: instances, threads });
}
