import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSettings } from '#config/load.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { firstEngine } from './launch.js';

type Guessed = Parameters<typeof firstEngine>[0];

const settings = loadSettings({
  flags: { modelPath: 'some.onnx', modelName: 'some' },
  env: {},
  cwd: '/',
  hostHasNpu: false,
  productVersion: 'test',
});
const [model] = settings.models as readonly [ConfiguredVersion];

function given(startWith: readonly string[] | null, ...models: Partial<ConfiguredVersion>[]): Guessed {
  return {
    control: { ...settings.control, startWith },
    models: models.map((each) => ({ ...model, ...each })),
  };
}

const process = { ...model.isolation, wall: 'process' } as const;
const cases: readonly [string, Guessed, 'onnx' | 'tflite' | null][] = [
  ['no model', given(null), null],
  ['an ONNX file', given(null, { path: '/a.onnx' }), 'onnx'],
  ['a TFLite file', given(null, { path: '/a.tflite' }, { path: '/b.onnx' }), 'tflite'],
  ['a file whose name tells nothing', given(null, { path: '/model' }), null],
  ['a process of its own', given(null, { path: '/a.onnx', isolation: process }), null],
  ['a process, then a thread', given(null, { isolation: process }, { path: '/b.tflite' }), 'tflite'],
  ['an ensemble, then a model', given(null, { path: '', ensemble: [] }, { path: '/b.onnx' }), 'onnx'],
  ['nothing is loaded at the start', given([], { path: '/a.onnx' }), null],
  ['only the second is', given(['b'], { path: '/a.onnx' }, { name: 'b', path: '/b.tflite' }), 'tflite'],
];

for (const [what, guessed, expected] of cases)
  test(`the engine to load ahead: ${what}`, () => assert.equal(firstEngine(guessed), expected));
