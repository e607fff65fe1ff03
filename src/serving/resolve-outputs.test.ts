import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '#inference/metadata.js';
import { resolveOutputs } from './resolve-outputs.js';

const port = (name: string, engineName: string) => ({
  engineName,
  spec: { name, datatype: 'FP32' as const, shape: [1] },
});
const byPosition = [port('0', 'Identity'), port('1', 'Identity_1')];
const renamed = [port('scores', 'Identity'), port('boxes', 'Identity_1')];

const asked = (names: readonly string[]) => names.map((name) => ({ name, classes: 0 }));

const accepted: [wanted: string[] | 'all', ports: typeof renamed, dialect: Dialect, result: string][] = [
  ['all', byPosition, 'furiosa', '0<-Identity 1<-Identity_1'],
  [['1'], byPosition, 'furiosa', '1<-Identity_1'],
  [['Identity_1', '0'], byPosition, 'furiosa', 'Identity_1<-Identity_1 0<-Identity'],
  [['1', 'scores'], renamed, 'furiosa', '1<-Identity_1 scores<-Identity'],
  [['boxes'], renamed, 'v2', 'boxes<-Identity_1'],
  [['Identity'], renamed, 'v2', 'Identity<-Identity'],
];

for (const [wanted, ports, dialect, result] of accepted) {
  test(`of ${ports.map((each) => each.spec.name)} in ${dialect}, ${wanted} means ${result}`, () => {
    const found = resolveOutputs(wanted === 'all' ? 'all' : asked(wanted), ports, { name: 'm', dialect });
    assert.equal(found.map((each) => `${each.answerName}<-${each.engineName}`).join(' '), result);
  });
}

const refused: [wanted: string[], dialect: Dialect, sentence: string][] = [
  [['nobody'], 'v2', "unexpected inference output 'nobody' for model 'm'; it has 'scores','boxes'"],
  [['1'], 'v2', "unexpected inference output '1' for model 'm'; it has 'scores','boxes'"],
  [['2'], 'furiosa', "unexpected inference output '2' for model 'm'; it has 'scores','boxes'"],
  [['scores', 'Identity'], 'v2', "output 'Identity' of model 'm' is asked for more than once"],
];

for (const [wanted, dialect, message] of refused) {
  test(`of scores,boxes in ${dialect}, ${wanted} is refused`, () => {
    assert.throws(() => resolveOutputs(asked(wanted), renamed, { name: 'm', dialect }), {
      code: 'INVALID_ARGUMENT',
      message,
    });
  });
}

test('an output to be classified carries its labels, and must have elements in an order', () => {
  const text = { engineName: 'Text', spec: { name: 'text', datatype: 'BYTES' as const, shape: [1] } };
  const ports = [{ ...port('scores', 'Identity'), labels: ['cat', 'dog'] }, text];
  const model = { name: 'm', dialect: 'v2' as const };
  assert.deepEqual(resolveOutputs([{ name: 'Identity', classes: 2 }], ports, model), [
    { engineName: 'Identity', answerName: 'Identity', classes: 2, labels: ['cat', 'dog'], batchAxis: 0 },
  ]);
  assert.deepEqual(
    resolveOutputs('all', ports, model).map(({ classes }) => classes),
    [0, 0],
  );
  assert.equal(resolveOutputs([{ name: 'text', classes: 0 }], ports, model).length, 1);
  assert.throws(() => resolveOutputs([{ name: 'text', classes: 1 }], ports, model), {
    code: 'INVALID_ARGUMENT',
    message: /^class result not available for output 'text' due to unsupported type 'BYTES'/,
  });
});
