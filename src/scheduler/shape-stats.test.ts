import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeTable } from './shape-stats.js';

test('what was learned is kept by shape', () => {
  const table = new ShapeTable();
  table.of('a').cost.observe(1, 7);
  assert.equal(table.of('a').cost.predictMs(1), 7);
  assert.equal(table.of('b').cost.predictMs(1), null);
});

test('of very many shapes, the one that was not seen for longest is forgotten', () => {
  const table = new ShapeTable();
  const [first, second] = [table.of('first'), table.of('second')];
  for (let i = 0; i < 254; i++) table.of(`shape ${i}`);
  assert.equal(table.of('first'), first, 'seen again');
  table.of('one too many');
  assert.equal(table.of('first'), first);
  assert.notEqual(table.of('second'), second);
});
