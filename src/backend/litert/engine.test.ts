import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MEDIAPIPE_MODELS, mediapipePath, seedModel } from '../../../test/support/real-models.js';
import { addAndSubtract, remember, reshape } from '../../../test/support/tflite-models.js';
import { TENSOR_TYPE, writeTflite } from '../../../test/support/tflite-writer.js';
import { type Bindings, itemsOf, type RankedTensorType, type Vector } from './bindings.js';
import { openEngine } from './engine.js';
import { type Port, portsOf } from './ports.js';
import { readTflite } from './read-tflite.js';
import { startRuntime } from './runtime.js';

const rows: [what: string, model: Uint8Array][] = [
  ['many small tensors', writeTflite(addAndSubtract())],
  ['a large tensor', writeTflite(reshape(TENSOR_TYPE.FLOAT32, [256, 256], [65536]))],
];

for (const [what, model] of rows) {
  test(`thousands of runs with ${what} leave the memory as it was`, async () => {
    const runtime = await startRuntime();
    const ports = portsOf(readTflite(model));
    const engine = await openEngine(runtime, model, ports, false);
    const inputs = ports.inputs.map(({ bytes }) => new Uint8Array(bytes).fill(1));
    const wanted = ports.outputs.map((_, i) => i);
    const run = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await engine.run(inputs, wanted);
    };
    await run(100);
    const before = stateOf(runtime.bindings);
    await run(3000);
    assert.deepEqual(stateOf(runtime.bindings), before);
  });
}

/** What a leak would move: the size of the memory, and the place of the next block, small or large. */
function stateOf(bindings: Bindings): object {
  const [small, large] = [16, 2 ** 20].map((bytes) => {
    const position = bindings._malloc(bytes);
    bindings._free(position);
    return position;
  });
  return { bytes: bindings.HEAPU8.length, small, large };
}

const seed = seedModel();
const files = [...(seed ? [seed.path] : []), ...MEDIAPIPE_MODELS.map(({ file }) => mediapipePath(file))].map(
  (path): [string, Uint8Array] => [path.replace(/.*\//, ''), readFileSync(path)],
);
const swapped = {
  ...addAndSubtract(),
  inputs: [1, 0],
  signatures: [
    {
      key: 's',
      inputs: [
        ['A', 0],
        ['B', 1],
      ],
      outputs: [
        ['D', 3],
        ['C', 2],
      ],
    },
  ],
} as const;

for (const [name, model] of [...files, ['a signature in another order', writeTflite(swapped)] as const]) {
  test(`LiteRT and our reader agree on ${name}`, async () => {
    const { bindings } = await startRuntime();
    const ports = portsOf(readTflite(model));
    const position = bindings._malloc(model.length);
    bindings.HEAPU8.set(model, position);
    const theirs = bindings.loadModel(bindings.LiteRtEnvironment.create(null), position, model.length);
    const signature = theirs.getSignature(ports.signature);
    const said = (names: Vector<string>, typeAt: (i: number) => RankedTensorType): object[] =>
      itemsOf(names).map((tensor, i) => ({ tensor, ...typeOf(typeAt(i)) }));
    assert.deepEqual(
      said(signature.inputNames(), (i) => theirs.getInputTensorType(ports.signature, i)),
      ports.inputs.map(ourType),
    );
    assert.deepEqual(
      said(signature.outputNames(), (i) => theirs.getOutputTensorType(ports.signature, i)),
      ports.outputs.map(ourType),
    );
  });
}

test('a model that remembers is made ready once more after its trial', async () => {
  const model = writeTflite(remember());
  const ports = portsOf(readTflite(model));
  const first = async (stateful: boolean): Promise<number> => {
    const engine = await openEngine(await startRuntime(), model, ports, stateful);
    const [bytes] = await engine.run([new Uint8Array(4)], [0]);
    return new Float32Array((bytes ?? new Uint8Array(4)).slice().buffer)[0] ?? Number.NaN;
  };
  assert.equal(await first(true), 0.5);
  assert.equal(await first(false), 2);
});

function typeOf(type: RankedTensorType): object {
  return { elementType: type.elementType().value, shape: itemsOf(type.layout().dimensions()) };
}

function ourType({ spec, elementType }: Port): object {
  return { tensor: spec.name, elementType, shape: spec.shape };
}
