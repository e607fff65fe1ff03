import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { TensorLedger } from './tensor-ledger.js';

function tensorOf(name: string, data: Uint8Array): Tensor {
  return { name, datatype: 'UINT8', shape: [data.length], data };
}

/** Takes one tensor, and gives its buffer away as a submission does. Answers what it saw of it. */
function spend(ledger: TensorLedger, ...names: string[]): readonly number[] {
  const tensors = ledger.take(names);
  const seen = tensors.flatMap(({ data }) => [...data]);
  const buffers = new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer));
  structuredClone(null, { transfer: [...buffers] });
  return seen;
}

test('every taker but the last gets a copy, and the last the bytes themselves', () => {
  const ledger = new TensorLedger(new Map([['t', 3]]));
  const data = Uint8Array.of(1, 2, 3);
  ledger.giveMade(tensorOf('t', data));
  assert.deepEqual(spend(ledger, 't'), [1, 2, 3]);
  assert.deepEqual(spend(ledger, 't'), [1, 2, 3]);
  const [last] = ledger.take(['t']);
  assert.equal(last?.data, data);
});

test('one who takes all that is left of a buffer together gets no copies', () => {
  const ledger = new TensorLedger(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
  const body = Uint8Array.of(1, 2, 3, 4);
  const [a, b] = [body.subarray(0, 2), body.subarray(2)];
  ledger.give(tensorOf('a', a));
  ledger.give(tensorOf('b', b));
  const taken = ledger.take(['b', 'a', 'b']);
  assert.deepEqual(
    taken.map(({ data }) => data),
    [b, a, b],
  );
  assert.ok(taken.every(({ data }) => data.buffer === body.buffer));
});

test('a tensor that lies beside another one in the same buffer outlives it', () => {
  const ledger = new TensorLedger(
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  );
  const body = Uint8Array.of(1, 2, 3, 4);
  ledger.give(tensorOf('a', body.subarray(0, 3)));
  ledger.give(tensorOf('b', body.subarray(3)));
  assert.deepEqual(spend(ledger, 'a'), [1, 2, 3]);
  assert.deepEqual(spend(ledger, 'b'), [4]);
});

test('what nobody takes keeps no buffer from being given away', () => {
  const ledger = new TensorLedger(new Map([['a', 1]]));
  const body = Uint8Array.of(1, 2, 3, 4);
  ledger.give(tensorOf('a', body.subarray(0, 2)));
  ledger.give(tensorOf('unused', body.subarray(2)));
  assert.equal(ledger.take(['a'])[0]?.data.buffer, body.buffer);
});

test('a piece of a larger buffer that a step has made is copied: the rest may be another request’s', () => {
  const ledger = new TensorLedger(new Map([['t', 1]]));
  const batch = Uint8Array.of(1, 2, 3, 4);
  ledger.giveMade(tensorOf('t', batch.subarray(0, 3)));
  assert.deepEqual(spend(ledger, 't'), [1, 2, 3]);
  assert.deepEqual([...batch], [1, 2, 3, 4]);
});

test('a piece of a Buffer is copied too', () => {
  const ledger = new TensorLedger(new Map([['t', 2]]));
  const data = Buffer.from([1, 2, 3]);
  ledger.give(tensorOf('t', data));
  const [copy] = ledger.take(['t']);
  assert.notEqual(copy?.data.buffer, data.buffer);
  assert.deepEqual([...(copy?.data ?? [])], [1, 2, 3]);
});
