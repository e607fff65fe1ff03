import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Returns } from './returns.js';

/** Runs of so many rows, each 50 ms after the last; `back` of them are there again 2 ms after it. tau0 is 12 ms. */
function learned(rows: number, back: number, runs = 20): Returns {
  const returns = new Returns();
  for (let run = 0; run < runs; run++) {
    returns.ended(rows, 12, run * 50);
    returns.arrived(back, run * 50 + 2);
  }
  return returns;
}

test('nobody is expected before it was seen that callers come back', () => {
  const returns = new Returns();
  assert.equal(returns.expected(0), null);
  returns.ended(8, 12, 0);
  assert.equal(returns.expected(1), null);
});

test('callers who always come back are expected, for a third of tau0', () => {
  const returns = learned(8, 8);
  returns.ended(8, 12, 1000);
  assert.deepEqual(returns.expected(1001), { rows: 8, until: 1004 });
  assert.equal(returns.expected(1004), null);
});

test('those who are back are not expected any more', () => {
  const returns = learned(8, 8);
  returns.ended(8, 12, 1000);
  returns.arrived(5, 1001);
  assert.equal(returns.expected(1002)?.rows, 3);
  returns.arrived(3, 1002);
  assert.equal(returns.expected(1003), null);
});

test('as many are expected as usually come back, of however many were answered', () => {
  const returns = learned(8, 4);
  returns.ended(20, 12, 1000);
  assert.equal(returns.expected(1001)?.rows, 10);
});

test('who comes later than that did not come back', () => {
  const returns = new Returns();
  for (let run = 0; run < 20; run++) {
    returns.ended(8, 12, run * 50);
    returns.arrived(8, run * 50 + 5);
  }
  returns.ended(8, 12, 1000);
  assert.equal(returns.expected(1001), null);
});

test('nobody is expected for longer than ten milliseconds', () => {
  const returns = learned(8, 8);
  returns.ended(8, 600, 1000);
  assert.equal(returns.expected(1001)?.until, 1010);
});
