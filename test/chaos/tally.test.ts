import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../chaos/asks.js';
import { fateOfFailure, Tally } from '../../chaos/tally.js';

const cases = [
  [
    '503',
    'the answer is expected in 90 ms, and the request’s deadline is in 50 ms; try again later',
    'refused',
  ],
  ['gRPC 14', 'the queue holds 64 requests and takes no more; try again later', 'refused'],
  ['503', 'the model cannot run: its engine process died again and again', 'lost'],
  ['500', 'this request was being run in 2 instances when they died; try again later', 'lost'],
  ['gRPC 4', 'Deadline exceeded', 'lost'],
] as const;

for (const [status, text, fate] of cases) {
  test(`${status} "${text}" is ${fate}`, () => assert.equal(fateOfFailure(new Refusal(status, text)), fate));
}

test('whoever is not answered at all is lost, and so is a wrong answer', () => {
  const tally = new Tally();
  tally.right();
  tally.failed(new Error('socket hang up'));
  tally.failed(new Error('generation 1 answered, where 2 to 2 may'));
  tally.failed(new Error('socket hang up'));
  assert.deepEqual(tally.counts, { right: 1, refused: 0, lost: 3 });
  assert.equal(tally.reasons.get('socket hang up'), 2);
});
