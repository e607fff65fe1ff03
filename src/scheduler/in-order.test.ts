import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { settle } from '../../test/support/scheduling.js';
import { InOrder } from './in-order.js';

/** Three answers in a row, and what was let out. */
function three() {
  const order = new InOrder();
  const answers = [0, 1, 2].map(() => deferred<string>());
  const out: string[] = [];
  answers.forEach((answer, i) => {
    order.add(answer.promise).then(
      (text) => out.push(text),
      (error: Error) => out.push(`${i}: ${error.message}`),
    );
  });
  return { answers, out };
}

test('an answer is held back until those before it are out', async () => {
  const { answers, out } = three();
  answers[2]?.resolve('c');
  answers[1]?.resolve('b');
  await settle();
  assert.deepEqual(out, []);
  answers[0]?.resolve('a');
  await settle();
  assert.deepEqual(out, ['a', 'b', 'c']);
});

test('a failure keeps its place and holds nobody up', async () => {
  const { answers, out } = three();
  answers[1]?.reject(new Error('broken'));
  answers[2]?.resolve('c');
  // Nobody listens to it yet: that must not end the process.
  await settle();
  answers[0]?.resolve('a');
  await settle();
  assert.deepEqual(out, ['a', '1: broken', 'c']);
});
