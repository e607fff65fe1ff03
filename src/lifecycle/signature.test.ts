import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect, TensorSpec } from '#inference/metadata.js';
import type { TensorClaim } from './offer.js';
import { signatureOf } from './signature.js';

const spec = (name: string, shape: number[] = [1, 4]): TensorSpec => ({ name, datatype: 'FP32', shape });
const claim = (name: string, parts: Partial<TensorClaim> = {}): TensorClaim => ({
  name,
  datatype: null,
  shape: null,
  description: null,
  ...parts,
});

function names(dialect: Dialect, inputs: TensorClaim[], outputs: TensorClaim[]) {
  const file = { inputs: [spec('x'), spec('y')], outputs: [spec('StatefulPartitionedCall:0')] };
  const found = signatureOf(file, { dialect, inputs, outputs });
  const pair = (port: { engineName: string; spec: TensorSpec }) => `${port.spec.name}<-${port.engineName}`;
  return [...found.inputs.map(pair), ...found.outputs.map(pair)].join(' ');
}

test('V2 speaks in the names of the file', () => {
  assert.equal(names('v2', [], []), 'x<-x y<-y StatefulPartitionedCall:0<-StatefulPartitionedCall:0');
});

test('the Furiosa dialect names outputs by position', () => {
  assert.equal(names('furiosa', [], []), 'x<-x y<-y 0<-StatefulPartitionedCall:0');
});

test('the configuration renames by position', () => {
  const outputs = [claim('scores')];
  assert.equal(
    names('furiosa', [claim('left'), claim('right')], outputs),
    'left<-x right<-y scores<-StatefulPartitionedCall:0',
  );
});

const positions: [dialect: Dialect, claims: string[], outputs: string][] = [
  ['furiosa', [], '0<-a 1<-b 2<-c'],
  ['furiosa', ['1'], '0<-a 1<-b 2<-c'],
  ['furiosa', ['2', '0'], '0<-a 1<-b 2<-c'],
  ['furiosa', ['b'], 'a<-a b<-b c<-c'],
  ['furiosa', ['0', '1', 'z'], '0<-a 1<-b z<-c'],
  ['v2', ['2', '1', '0'], '2<-a 1<-b 0<-c'],
];

for (const [dialect, claims, outputs] of positions) {
  test(`outputs that the configuration calls [${claims}] in ${dialect} are ${outputs}`, () => {
    const file = { inputs: [], outputs: [spec('a'), spec('b'), spec('c')] };
    const labelled = claims.map((name) => claim(name, { labels: [`label of ${name}`] }));
    const found = signatureOf(file, { dialect, inputs: [], outputs: labelled }).outputs;
    assert.equal(found.map((port) => `${port.spec.name}<-${port.engineName}`).join(' '), outputs);
    for (const port of found) {
      const said = claims.includes(port.spec.name) ? [`label of ${port.spec.name}`] : undefined;
      assert.deepEqual(port.labels, said);
    }
  });
}

test('the configuration describes by name, in any order and number', () => {
  const file = { inputs: [spec('x'), spec('y')], outputs: [spec('z')] };
  const found = signatureOf(file, {
    dialect: 'v2',
    inputs: [claim('y', { description: 'the second' })],
    outputs: [],
  });
  assert.deepEqual(
    found.inputs.map((port) => port.spec.description),
    [undefined, 'the second'],
  );
});

test('the configuration says along which axis the rows lie, and what padding is', () => {
  const file = { inputs: [spec('x')], outputs: [spec('z')] };
  const inputs = [claim('x', { batchAxis: 1, padValue: -1 })];
  const [port] = signatureOf(file, { dialect: 'v2', inputs, outputs: [] }).inputs;
  assert.deepEqual(port, { spec: { ...spec('x'), batchAxis: 1 }, engineName: 'x', padValue: -1 });
});

const contradictions: [name: string, claims: TensorClaim[], sentence: RegExp][] = [
  [
    'a datatype',
    [claim('x', { datatype: 'INT8' })],
    /gives input 'x' the datatype INT8, but in the model file it is FP32/,
  ],
  [
    'a shape',
    [claim('x', { shape: [1, 5] })],
    /gives input 'x' the shape \[1,5\], but in the model file it is \[1,4\]/,
  ],
  [
    'a batch axis',
    [claim('x', { batchAxis: 2 })],
    /gives input 'x' the batch axis 2, counted from 0, but it has 2 axes: its shape is \[1,4\]/,
  ],
  ['a count', [claim('a')], /lists 1 inputs by names of its own, but the model file has 2: 'x', 'y'/],
];

for (const [name, claims, sentence] of contradictions) {
  test(`${name} that contradicts the file is refused`, () => {
    assert.throws(() => names('v2', claims, []), sentence);
  });
}

const file = {
  inputs: [
    { ...spec('x', [-1, -1, 4]), axisNames: ['batch', 'length', null] },
    { ...spec('y', [-1]), axisNames: ['batch'] },
  ],
  outputs: [],
};
const portOf = (claims: TensorClaim[]) =>
  signatureOf(file, { dialect: 'v2', inputs: claims, outputs: [] }).inputs;

test('a shape that clients must keep to narrows what the file leaves open', () => {
  const [port] = portOf([claim('x', { shape: [-1, 7, 4], engineShape: [-1, 7, 4] })]);
  assert.deepEqual(port, { spec: { ...file.inputs[0], shape: [-1, 7, 4] }, engineName: 'x' });
});

test('a tensor that is reshaped has another shape for clients, without the names of the axes', () => {
  const [, port] = portOf([claim('y', { shape: [-1, 1], engineShape: [-1] })]);
  const reshaped = { ...spec('y', [-1, 1]), engineShape: [-1] };
  assert.deepEqual(port, { spec: reshaped, engineName: 'y', engineShape: [-1] });
});

test('the shape that the engine knows is held against the file', () => {
  assert.throws(() => portOf([claim('y', { shape: [-1], engineShape: [-1, 1] })]), {
    code: 'INVALID_ARGUMENT',
    message: "the configuration gives input 'y' the shape [-1,1], but in the model file it is [-1]",
  });
});

test('an optional input that the file does not ask for is passed over', () => {
  const optional = claim('w', { isOptional: true, datatype: 'INT64' });
  assert.deepEqual(
    portOf([claim('y', { description: 'the second' }), optional]).map(({ spec }) => spec.description),
    [undefined, 'the second'],
  );
  assert.throws(() => portOf([claim('w', { datatype: 'INT64' })]), { code: 'INVALID_ARGUMENT' });
});
