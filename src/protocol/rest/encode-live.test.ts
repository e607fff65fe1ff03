import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LATENCY_BOUNDS_MS } from '#core/histogram.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { LiveState, ModelOverview } from '#serving/serving.js';
import type { Loose } from '../../../test/support/grpc-client.js';
import { closed } from '../../../test/support/openapi.js';
import { frameOf } from './encode-live.js';
import { LIVE_FRAME } from './live-schema.js';

const isAsTheSchemaSays = new Ajv2020({ strict: false }).compile(closed(LIVE_FRAME));

const INFO = { name: 'a server', version: '1.2.3', extensions: [] };

const model = (name: string, parts: Partial<ModelOverview> = {}): ModelOverview => ({
  name,
  source: 'the configuration',
  fault: null,
  policy: { kind: 'all' },
  labels: {},
  traffic: { split: null, shadow: null },
  versions: [
    {
      version: '1',
      state: 'READY',
      reason: '',
      wanted: true,
      platform: 'onnxruntime_onnx',
      devices: ['cpu'],
      instances: 1,
      memoryBytes: 1000,
      inferenceCount: 7,
      isolation: 'thread',
      restarts: { crash: 0, killed: 0, hang: 0, load: 0 },
    },
  ],
  ...parts,
});

const counts = new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
const total = { count: 2, ns: 3_000_000 };
const latency = { counts, sumNs: 5 };

const statistics = (name: string, parts: Partial<ModelStatistics> = {}): ModelStatistics => ({
  name,
  version: '1',
  lastInferenceMs: 5,
  inferenceCount: 7,
  executionCount: 2,
  success: total,
  fail: total,
  failureReasons: { REJECTED: 1, CANCELED: 0, BACKEND: 1, OTHER: 0 },
  queue: total,
  computeInput: total,
  computeInfer: total,
  computeOutput: total,
  cacheHit: total,
  cacheMiss: total,
  latency: {
    request: latency,
    queue: latency,
    computeInput: latency,
    computeInfer: latency,
    computeOutput: latency,
  },
  recentFailures: [{ atMs: 4, reason: 'BACKEND', message: 'two\nlines' }],
  batches: [{ rows: 4, computeInput: total, computeInfer: total, computeOutput: total }],
  waiting: { requests: 3, oldestMs: 1.4 },
  memory: [],
  ...parts,
});

const CPU = {
  ...{ name: 'cpu', kind: 'cpu', arch: null, label: 'x', simulated: false, firmware: null, driver: null },
  ...{ serial: null, bus_name: null, numa_node: null, alive: null, temperature_celsius: null, holder: null },
  threads: 2,
};

const FIRST: LiveState = {
  atMs: 1000,
  isReady: true,
  process: { uptimeMs: 10.6, cpuMs: 4.4, mainBusyMs: 2.2, residentBytes: 5 },
  models: [model('a'), model('b')],
  statistics: [statistics('a')],
  devices: [CPU],
};

/** The JSON of one event; throws unless it is exactly that, as the schema says. */
function read(event: Uint8Array): Loose {
  const [, json = ''] = /^data: (.*)\n\n$/.exec(new TextDecoder().decode(event)) ?? [];
  const frame: Loose = JSON.parse(json);
  assert.ok(isAsTheSchemaSays(frame), JSON.stringify(isAsTheSchemaSays.errors));
  return frame;
}

test('the first frame tells everything', () => {
  const frame = frameOf(FIRST, INFO, null);
  const told = read(frame.changes);
  assert.deepEqual(told, read(frame.whole));
  assert.equal(told.is_whole, true);
  assert.deepEqual(told.latency_bounds_ms, LATENCY_BOUNDS_MS);
  assert.deepEqual(told.server, {
    ...{ name: 'a server', version: '1.2.3', ready: true },
    ...{ uptime_ms: 11, cpu_ms: 4, main_busy_ms: 2, resident_bytes: 5 },
  });
  const [a, b] = told.models;
  assert.deepEqual([a.name, b.name], ['a', 'b']);
  assert.equal(b.versions[0].stats, null);
  const { stats } = a.versions[0];
  assert.deepEqual(stats.waiting, { requests: 3, oldest_ms: 1 });
  assert.deepEqual(stats.recent_failures, [{ at_ms: 4, reason: 'BACKEND', message: 'two\nlines' }]);
  assert.deepEqual(stats.latency.compute_infer, { counts, sum_ns: 5 });
  assert.deepEqual(told.devices, [CPU]);
});

const rows: [what: string, next: Partial<LiveState>, models: readonly string[], gone: readonly string[]][] = [
  ['nothing', {}, [], []],
  ['the time', { atMs: 2000 }, [], []],
  ['readiness', { isReady: false }, [], []],
  ['what a model has done', { statistics: [statistics('a', { success: { count: 3, ns: 4 } })] }, ['a'], []],
  ['what waits', { statistics: [statistics('a', { waiting: { requests: 0, oldestMs: 0 } })] }, ['a'], []],
  ['a model that was unloaded', { statistics: [] }, ['a'], []],
  ['a fault', { models: [model('a'), model('b', { fault: 'gone' })] }, ['b'], []],
  ['a model less', { models: [model('a')] }, [], ['b']],
  ['a model more', { models: [...FIRST.models, model('c')] }, ['c'], []],
  ['no model', { models: [] }, [], ['a', 'b']],
];
for (const [what, next, models, gone] of rows) {
  test(`a later frame tells no more than what changed: ${what}`, () => {
    const before = frameOf(FIRST, INFO, null);
    const frame = frameOf({ ...FIRST, ...next }, INFO, before);
    const told = read(frame.changes);
    assert.equal(told.is_whole, false);
    assert.deepEqual(
      told.models.map(({ name }: { name: string }) => name),
      models,
    );
    assert.deepEqual(told.gone_models, gone);
    assert.ok(!('devices' in told) && !('latency_bounds_ms' in told));
    assert.equal(told.server.ready, next.isReady ?? true);
    assert.equal(told.at_ms, next.atMs ?? 1000);
    const whole = read(frame.whole);
    assert.equal(whole.is_whole, true);
    assert.equal(whole.models.length, (next.models ?? FIRST.models).length);
    assert.deepEqual(whole.devices, [CPU]);
  });
}

test('devices are told again where one of them changed', () => {
  const before = frameOf(FIRST, INFO, null);
  const warm = { ...CPU, temperature_celsius: 50 };
  assert.deepEqual(read(frameOf({ ...FIRST, devices: [warm] }, INFO, before).changes).devices, [warm]);
});
