import { wantedOf } from './model.js';
import type { OfferedModel, OfferedVersion } from './offer.js';

/** A version that a change of what is offered would touch, and why. */
export interface PlannedStep {
  readonly model: string;
  readonly version: string;
  readonly why: string;
}

/** What a change of what is offered would do. */
export interface ChangePlan {
  readonly load: readonly PlannedStep[];
  /** Loaded anew beside what serves now, which then leaves. */
  readonly change: readonly PlannedStep[];
  readonly unload: readonly PlannedStep[];
  /** Stay loaded as they are; only what requests get them is another one. */
  readonly route: readonly PlannedStep[];
  /** Versions that stay as they are. */
  readonly keep: number;
}

/**
 * Compares what is offered now with what would be. Models that nobody has asked for are not loaded by a change either.
 * Where a source cannot be used, what it had before stays.
 *
 * @param isAsked whether a model, which may be new, should be loaded
 */
export function planOf(
  now: readonly OfferedModel[],
  next: readonly OfferedModel[],
  isAsked: (name: string) => boolean,
): ChangePlan {
  const plan = {
    load: [] as PlannedStep[],
    change: [] as PlannedStep[],
    unload: [] as PlannedStep[],
    route: [] as PlannedStep[],
    keep: 0,
  };
  const before = new Map(now.map((model) => [model.name, model]));
  const after = new Map(next.map((model) => [model.name, model]));
  for (const [name, model] of after) {
    if (!isAsked(name)) continue;
    const old = before.get(name);
    const loaded = new Map((old === undefined ? [] : wantedOf(old)).map((each) => [each.version, each]));
    const wanted = model.fault === null ? wantedOf(model) : [...loaded.values()];
    for (const offer of wanted) {
      const { version } = offer;
      const was = loaded.get(version);
      if (was === undefined) plan.load.push({ model: name, version, why: 'new' });
      else if (was.revision === offer.revision) {
        const why = old === undefined || model.fault !== null ? '' : routeDifference(old, model, version);
        if (why === '') plan.keep++;
        else plan.route.push({ model: name, version, why });
      } else plan.change.push({ model: name, version, why: differenceOf(was, offer) });
    }
    for (const version of loaded.keys()) {
      if (!wanted.some((offer) => offer.version === version))
        plan.unload.push({ model: name, version, why: whyNot(model, version) });
    }
  }
  for (const [name, model] of before) {
    if (after.has(name) || !isAsked(name)) continue;
    for (const { version } of wantedOf(model))
      plan.unload.push({ model: name, version, why: 'no longer configured' });
  }
  return plan;
}

/** What of the requests that a version gets is another; empty where nothing is. */
function routeDifference(was: OfferedModel, is: OfferedModel, version: string): string {
  const labels = ({ labels }: OfferedModel): string =>
    Object.keys(labels)
      .filter((label) => labels[label] === version)
      .sort()
      .join(', ');
  const weight = ({ traffic }: OfferedModel): number | null => traffic.split?.[version] ?? null;
  const shadow = ({ traffic: { shadow: of } }: OfferedModel): number | null =>
    of?.version === version ? of.percent : null;
  const rows: readonly [what: string, before: string | number | null, now: string | number | null][] = [
    ['labels', labels(was) || null, labels(is) || null],
    ['traffic_weight', weight(was), weight(is)],
    ['shadow_percent', shadow(was), shadow(is)],
  ];
  return rows
    .filter(([, before, now]) => before !== now)
    .map(([what, before, now]) => `${what}: ${before ?? 'none'} -> ${now ?? 'none'}`)
    .join('; ');
}

function whyNot({ versions }: OfferedModel, version: string): string {
  const isThere = versions.some((offer) => offer.version === version);
  return isThere ? 'its version policy does not choose it any more' : 'no longer there';
}

/** Settings by the keys that a configuration has for them. */
const KEY_OF: Readonly<Record<Exclude<keyof OfferedVersion, 'revision' | 'name' | 'version'>, string>> = {
  path: 'model',
  description: 'description',
  platform: 'platform',
  device: 'npu_device',
  workers: 'worker_num',
  batchSize: 'batch_size',
  maxBatchSize: 'max_batch_size',
  strict: 'strict',
  allowFallback: 'allow_fallback',
  inputs: 'inputs',
  outputs: 'outputs',
  batching: 'dynamic_batching',
  queue: 'dynamic_batching',
  sequence: 'sequence_batching',
  ensemble: 'ensemble_scheduling',
  warmup: 'model_warmup',
  isCached: 'response_cache',
  rateLimit: 'rate_limit',
  compiler: 'compiler_config',
  engine: 'engine',
  isolation: 'isolation',
};

/** The settings that differ; where none does, it is the files. */
function differenceOf(was: OfferedVersion, is: OfferedVersion): string {
  const keys = Object.keys(KEY_OF) as (keyof typeof KEY_OF)[];
  const changed = keys.filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]));
  const names = new Set(changed.map((key) => KEY_OF[key]));
  return names.size === 0 ? 'its files' : `settings: ${[...names].join(', ')}`;
}
