import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grouped, Totals, tableOf } from './totals.js';

const slice = {
  target: 'b',
  inputs: 1000,
  elapsedMs: 500,
  outcomes: 3,
  kept: 5,
  slowestMs: 1.2,
  rssBytes: 2 ** 20,
  finding: null,
};

test('inputs and times add up, of what else there is the most counts', () => {
  const totals = new Totals();
  totals.add(slice);
  totals.add({ ...slice, inputs: 500, kept: 4, slowestMs: 7, rssBytes: 3 * 2 ** 20 });
  totals.add({ ...slice, target: 'a', finding: 'a: fell over' });
  assert.equal(totals.inputs, 2500);
  assert.deepEqual(totals.findings, ['a: fell over']);
  const rows = tableOf(totals).split('\n');
  assert.equal(rows[2], '| `a` | 1,000 | 2,000 | 3 | 5 | 2 ms | 1 MiB | 1 |');
  assert.equal(rows[3], '| `b` | 1,500 | 1,500 | 3 | 5 | 7 ms | 3 MiB | 0 |');
  assert.match(rows[4] ?? '', /\*\*2,500\*\*.*\*\*1\*\*/);
});

for (const [value, text] of [
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [12_345_678, '12,345,678'],
] as const) {
  test(`${value} is written ${text}`, () => assert.equal(grouped(value), text));
}
