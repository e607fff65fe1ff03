import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ModelOverview } from '#serving/serving.js';
import { closed } from '../../../test/support/openapi.js';
import { encodeModels, MODELS } from './encode-models.js';

const isAsTheSchemaSays = new Ajv2020({ strict: false }).compile(closed(MODELS));

const nothing: ModelOverview = {
  name: 'm',
  source: 'models/m',
  fault: null,
  policy: { kind: 'all' },
  labels: {},
  traffic: { split: null, shadow: null },
  versions: [],
};

const plain = {
  name: 'm',
  source: 'models/m',
  fault: null,
  policy: { all: {} },
  labels: {},
  split: null,
  shadow: null,
  versions: [],
};

const rows: [what: string, given: Partial<ModelOverview>, written: object][] = [
  ['a model without versions', {}, {}],
  [
    'a source that cannot be used',
    { fault: 'config.pbtxt:3: unexpected end' },
    { fault: 'config.pbtxt:3: unexpected end' },
  ],
  [
    'the newest versions',
    { policy: { kind: 'latest', count: 2 } },
    { policy: { latest: { num_versions: 2 } } },
  ],
  [
    'some versions',
    { policy: { kind: 'specific', versions: ['1', '3'] } },
    { policy: { specific: { versions: ['1', '3'] } } },
  ],
  ['labels', { labels: { stable: '2' } }, { labels: { stable: '2' } }],
  [
    'a split and a shadow',
    { traffic: { split: { 1: 90, canary: 10 }, shadow: { version: '3', percent: 100 } } },
    { split: { 1: 90, canary: 10 }, shadow: { version: '3', percent: 100 } },
  ],
  [
    'a version that is loaded',
    {
      versions: [
        {
          version: '1',
          state: 'READY',
          reason: '',
          wanted: true,
          platform: 'onnxruntime_onnx',
          devices: ['cpu'],
          instances: 2,
          memoryBytes: 123,
          inferenceCount: 5,
          isolation: 'process',
          restarts: { crash: 1, killed: 2, hang: 3, load: 0 },
        },
      ],
    },
    {
      versions: [
        {
          version: '1',
          state: 'READY',
          reason: '',
          wanted: true,
          platform: 'onnxruntime_onnx',
          devices: ['cpu'],
          instances: 2,
          memory_bytes: 123,
          inference_count: 5,
          isolation: 'process',
          restarts: { crash: 1, killed: 2, hang: 3, load: 0 },
        },
      ],
    },
  ],
];

for (const [what, given, written] of rows) {
  test(`${what} as JSON`, () => {
    const text = encodeModels([{ ...nothing, ...given }]).toString();
    assert.deepEqual(JSON.parse(text), [{ ...plain, ...written }]);
    assert.ok(isAsTheSchemaSays(JSON.parse(text)), JSON.stringify(isAsTheSchemaSays.errors));
  });
}
