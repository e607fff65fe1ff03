import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataType } from '#tensor/datatype.js';
import { bindControls } from './sequence-controls.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceControl } from './sequence-options.js';

function modelOf(datatype: DataType, shape: readonly number[]): SequenceModel {
  const inputs = [{ name: 'C', datatype, shape }];
  return { name: 'm', inputs, outputs: [], hasBatchAxis: true, axisOf: {}, slots: 1 };
}

const flag = (kind: SequenceControl['kind'], datatype: DataType = 'INT32'): SequenceControl => ({
  name: 'C',
  kind,
  datatype,
  falseTrue: [0, 1],
});

const corrid = (datatype: DataType): SequenceControl => ({ ...flag('CORRID', datatype), falseTrue: null });

const FIRST = { id: 7n, isStart: true, isEnd: false };
const LAST = { id: 7n, isStart: false, isEnd: true };

const bytes = (view: ArrayBufferView): number[] => [...new Uint8Array(view.buffer)];

const flags: readonly [
  control: SequenceControl,
  position: typeof FIRST,
  spec: readonly number[],
  shape: readonly number[],
  data: ArrayBufferView,
][] = [
  [flag('START'), FIRST, [-1, 1], [1, 1], Int32Array.of(1)],
  [flag('START'), LAST, [-1], [1], Int32Array.of(0)],
  [flag('START'), FIRST, [8, 1], [1, 1], Int32Array.of(1)],
  [flag('END'), LAST, [1], [1], Int32Array.of(1)],
  [flag('END'), FIRST, [], [], Int32Array.of(0)],
  [flag('READY'), LAST, [-1, -1], [1, 1], Int32Array.of(1)],
  [flag('START', 'BOOL'), FIRST, [1], [1], Uint8Array.of(1)],
  [{ ...flag('START', 'FP32'), falseTrue: [-0.5, 2.5] }, FIRST, [1], [1], Float32Array.of(2.5)],
  [{ ...flag('START', 'FP32'), falseTrue: [-0.5, 2.5] }, LAST, [1], [1], Float32Array.of(-0.5)],
];

for (const [control, position, spec, shape, data] of flags) {
  const at = position === FIRST ? 'first' : 'last';
  test(`${control.kind} as ${control.datatype} [${spec}] at the ${at} request`, () => {
    const [make] = bindControls([control], modelOf(control.datatype, spec));
    const made = make?.(position);
    assert.deepEqual(
      { ...made, data: [...(made?.data ?? [])] },
      { name: 'C', datatype: control.datatype, shape, data: bytes(data) },
    );
  });
}

test('the bytes of a control are new for every request', () => {
  const [make] = bindControls([flag('START')], modelOf('INT32', [1]));
  make?.(FIRST).data.fill(9);
  assert.deepEqual([...(make?.(FIRST).data ?? [])], [1, 0, 0, 0]);
});

const ids: readonly [datatype: DataType, id: bigint | string, data: ArrayBufferView][] = [
  ['UINT64', 2n ** 64n - 1n, BigUint64Array.of(2n ** 64n - 1n)],
  ['INT64', 2n ** 63n - 1n, BigInt64Array.of(2n ** 63n - 1n)],
  ['UINT32', 2n ** 32n - 1n, Uint32Array.of(2 ** 32 - 1)],
  ['INT32', 7n, Int32Array.of(7)],
  ['BYTES', 'é', Uint8Array.of(2, 0, 0, 0, 0xc3, 0xa9)],
  ['BYTES', 12n, Uint8Array.of(2, 0, 0, 0, 0x31, 0x32)],
];

for (const [datatype, id, data] of ids) {
  test(`the id ${typeof id} ${id} as ${datatype}`, () => {
    const [make] = bindControls([corrid(datatype)], modelOf(datatype, [-1, 1]));
    assert.deepEqual([...(make?.({ ...FIRST, id }).data ?? [])], bytes(data));
  });
}

const impossible: readonly [datatype: DataType, id: bigint | string, error: string][] = [
  [
    'INT32',
    2n ** 31n,
    "inference request to model 'm' has the correlation ID 2147483648, but the model takes INT32 (-2147483648..2147483647)",
  ],
  [
    'UINT64',
    '7',
    "inference request to model 'm' has the correlation ID '7', but the model takes UINT64 (0..18446744073709551615)",
  ],
];

for (const [datatype, id, message] of impossible) {
  test(`the id ${typeof id} ${id} cannot be ${datatype}`, () => {
    const [make] = bindControls([corrid(datatype)], modelOf(datatype, [-1, 1]));
    assert.throws(() => make?.({ ...FIRST, id }), { code: 'INVALID_ARGUMENT', message });
  });
}

const refused: readonly [control: SequenceControl, model: SequenceModel, reason: string][] = [
  [{ ...flag('START'), name: 'D' }, modelOf('INT32', [1]), "the model has no input 'D', but 'C'"],
  [
    flag('START', 'FP32'),
    modelOf('INT32', [1]),
    "the datatype of input 'C' is INT32 in the model file, but FP32 here",
  ],
  [
    flag('START'),
    modelOf('INT32', [-1, 2]),
    "input 'C' takes one element of each row, but its shape is [-1,2]",
  ],
  [flag('END', 'INT8'), modelOf('INT8', [1]), 'END must be BOOL, INT32, FP32, but is INT8'],
  [
    { ...flag('READY'), falseTrue: null },
    modelOf('INT32', [1]),
    'READY needs a value for no and one for yes',
  ],
  [corrid('FP32'), modelOf('FP32', [1]), 'CORRID must be UINT64, INT64, UINT32, INT32 or BYTES, but is FP32'],
];

for (const [control, model, reason] of refused) {
  test(`a control is refused: ${reason}`, () => {
    const message = `sequence_batching.control_input[0]: ${reason}`;
    assert.throws(() => bindControls([control], model), { code: 'INVALID_ARGUMENT', message });
  });
}
