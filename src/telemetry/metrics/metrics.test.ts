import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RequestRecord, requestChannel } from '#core/request-record.js';
import type { VersionFigures } from '#inference/version-figures.js';
import { Counters } from '#lifecycle/counters.js';
import { NO_WORK } from '#lifecycle/work.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { readSeries, valuesOf } from '../../../test/support/metrics.js';
import { CATALOG } from './catalog.js';
import { Metrics } from './metrics.js';
import type { MetricSources } from './sources.js';

/** A version of which everything is known. */
function figuresOf(parts: Partial<VersionFigures> = {}): VersionFigures {
  const counters = new Counters();
  const timings = { queuedNs: 1000, inputNs: 2000, runNs: 3_000_000, outputNs: 4000, batchRows: 2 };
  counters.succeeded(2, 3_007_000, timings, 1);
  counters.missedCache(5000);
  counters.executed({ rows: 2, ...timings });
  counters.answeredFromCache(9000, 6000);
  return {
    name: 'm',
    version: '1',
    work: {
      ...NO_WORK,
      counts: counters.counts,
      shadow: { sent: 3, failed: 1, unanswered: 0, equal: 2, different: 0, skipped: 4 },
      loads: 2,
      failedLoads: 1,
    },
    isReady: true,
    isWanted: true,
    loaded: {
      loadMs: 1500,
      waiting: { requests: 7, oldestMs: 250 },
      memory: [
        { type: 'CPU', id: 0, bytes: 100 },
        { type: 'CPU', id: 1, bytes: 20 },
      ],
      places: [{ device: 'npu:0:0', kind: 'npu', simulated: false, instances: 2 }],
      isCached: true,
    },
    ...parts,
  };
}

function metricsOf(parts: Partial<MetricSources> = {}, intervalMs = 0) {
  const clock = new FakeClock();
  const sources: MetricSources = {
    server: () => ({
      version: '1.2.3',
      isReady: true,
      requestsInside: 3,
      memoryLimitBytes: 1000,
      cpus: 2,
      limits: {
        inflightBytes: 11,
        maxInflightBytes: 100,
        connections: 2,
        maxConnections: 50,
        refusedRequests: new Map([['inflight_bytes', 4]]),
        refusedConnections: new Map([['max_connections', 5]]),
      },
      reloads: { succeeded: 1, failed: 2, lastSuccessMs: 5000, isLastGood: false },
      certificateExpiresAtMs: 7000,
      restarts: 4,
      sources: [
        { name: 'the configuration', isUp: true },
        { name: 'the model repository /models', isUp: false },
      ],
    }),
    versions: () => [figuresOf()],
    devices: async () => [
      {
        name: 'npu:0:0',
        kind: 'npu',
        arch: 'warboy',
        simulated: false,
        temperatureCelsius: 61.5,
        holder: 'm/1',
      },
      { name: 'cpu', kind: 'cpu', arch: null, simulated: false, temperatureCelsius: null, holder: null },
    ],
    ...parts,
  };
  return { clock, metrics: new Metrics(sources, { clock, nodeVersion: 'v0', intervalMs }) };
}

const RECORD: RequestRecord = {
  transport: 'http',
  operation: 'GET /v2',
  asked: 'GET /v2',
  peer: null,
  code: 200,
  durationMs: 1,
  requestBytes: 0,
  responseBytes: 0,
  error: null,
  facts: { identity: null, id: null, model: null, phases: null, isCached: false },
  header: () => undefined,
};

test('of a server of which everything is known, every metric of the catalogue is told, and no other', async () => {
  const { metrics } = metricsOf();
  const stop = metrics.listen();
  requestChannel.publish(RECORD);
  stop();
  const { text } = await metrics.read(undefined);
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  assert.deepEqual(told.sort(), [...CATALOG.values()].map(({ name, type }) => `${name} ${type}`).sort());
});

test("Triton's metrics have Triton's meanings", async () => {
  const series = readSeries((await metricsOf().metrics.read(undefined)).text);
  const of = (name: string): number | undefined => valuesOf(series, name)['model="m",version="1"'];
  const expected: [name: string, value: number][] = [
    // Kept answers are requests that succeeded, and no inferences.
    ['nv_inference_request_success', 2],
    ['nv_inference_count', 2],
    ['nv_inference_exec_count', 1],
    ['nv_inference_request_duration_us', 3016],
    ['nv_inference_queue_duration_us', 1],
    ['nv_inference_compute_input_duration_us', 2],
    ['nv_inference_compute_infer_duration_us', 3000],
    ['nv_inference_compute_output_duration_us', 4],
    ['nv_inference_pending_request_count', 7],
    ['nv_cache_num_hits_per_model', 1],
    ['nv_cache_num_misses_per_model', 1],
    ['nv_cache_hit_duration_per_model', 6],
    ['nv_cache_miss_duration_per_model', 5],
    ['nv_model_load_duration_secs', 1.5],
    ['furiosa_queue_oldest_age_seconds', 0.25],
    ['furiosa_instance_busy_seconds_total', 0.003],
    ['furiosa_model_request_duration_seconds_count', 2],
    ['furiosa_batch_rows_sum', 2],
  ];
  for (const [name, value] of expected) assert.equal(of(name), value, name);
  assert.deepEqual(valuesOf(series, 'furiosa_model_memory_bytes'), {
    'model="m",version="1",type="CPU"': 120,
  });
  assert.deepEqual(valuesOf(series, 'furiosa_device_held'), { 'device="npu:0:0"': 1 });
});

test('of what is not loaded, only what it has done is told', async () => {
  const gone = figuresOf({ isReady: false, isWanted: false, loaded: null });
  const { text } = await metricsOf({ versions: () => [gone] }).metrics.read(undefined);
  const series = readSeries(text);
  assert.equal(valuesOf(series, 'nv_inference_count')['model="m",version="1"'], 2);
  for (const name of ['nv_inference_pending_request_count', 'furiosa_model_ready', 'furiosa_model_instances'])
    assert.deepEqual(valuesOf(series, name), {}, name);
});

test('a version has as many series as the page says', async () => {
  const plain = figuresOf({ loaded: { ...loadedOf(figuresOf()), isCached: false } });
  const { work } = plain;
  const { text } = await metricsOf({
    versions: () => [{ ...plain, work: { ...work, shadow: null } }],
  }).metrics.read(undefined);
  const series = [...readSeries(text).keys()].filter((line) => line.includes('model="m"'));
  assert.ok(series.length > 100 && series.length < 120, `${series.length} series`);
});

function loadedOf({ loaded }: VersionFigures): NonNullable<VersionFigures['loaded']> {
  assert.ok(loaded);
  return loaded;
}

test('devices are looked at no more often than the interval says, whoever asks', async () => {
  let looks = 0;
  const devices = async () => {
    looks++;
    return [];
  };
  const { clock, metrics } = metricsOf({ devices }, 2000);
  await Promise.all([metrics.read(undefined), metrics.read(undefined)]);
  clock.advance(1999);
  await metrics.read(undefined);
  assert.equal(looks, 1);
  clock.advance(1);
  await metrics.read(undefined);
  assert.equal(looks, 2);
});

test('a look at the devices that fails leaves them out, and nothing else', async () => {
  const devices = async () => {
    throw new Error('no such folder');
  };
  const { text } = await metricsOf({ devices }, 2000).metrics.read(undefined);
  assert.doesNotMatch(text, /furiosa_device/);
  assert.match(text, /^nv_cpu_utilization /m);
  assert.match(text, /^nv_inference_count\{/m);
});

test('names in both forms are the same, whichever was asked for first', async () => {
  const { metrics } = metricsOf();
  const open = await metrics.read('application/openmetrics-text');
  const plain = await metrics.read(undefined);
  const namesOf = (text: string): readonly string[] =>
    [...readSeries(text.replace(/ # \{.*$/gm, '')).keys()].sort();
  assert.deepEqual(namesOf(open.text), namesOf(plain.text));
});
