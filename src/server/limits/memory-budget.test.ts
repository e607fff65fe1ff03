import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomOf } from '../../../test/support/random.js';
import { MemoryBudget, SMALL_BYTES } from './memory-budget.js';

const LIMIT = 64 * SMALL_BYTES;
const K = SMALL_BYTES;

const rows: [title: string, held: readonly number[], wanted: number, fits: boolean][] = [
  ['anything fits into nothing', [], 1000, true],
  ['a large one fits that is larger than all', [], 10 * LIMIT, true],
  ['large ones fit up to seven eighths', [28 * K], 28 * K, true],
  ['and not beyond', [28 * K], 28 * K + 1, false],
  ['a second one beside one that is larger than all does not', [10 * LIMIT], 2 * K, false],
  ['but a small one does', [10 * LIMIT], K, true],
  ['a small one fits where large ones have taken all of theirs', [28 * K, 28 * K], K, true],
  ['small ones fill all of it', new Array(63).fill(K), K, true],
  ['and no more than that', new Array(64).fill(K), 1, false],
  ['a large one fits beside nothing but small ones', new Array(64).fill(K), 2 * LIMIT, true],
  ['small ones take of what large ones may have', [...new Array(32).fill(K), 2 * K], 28 * K, false],
];

for (const [title, held, wanted, fits] of rows) {
  test(title, () => {
    const budget = new MemoryBudget(LIMIT);
    for (const bytes of held) assert.ok(budget.resize(0, bytes), 'what is held fits');
    const before = budget.heldBytes;
    assert.equal(budget.resize(0, wanted), fits);
    assert.equal(budget.heldBytes, fits ? before + wanted : before);
  });
}

test('a request grows from small to large within what is left, and what it gives back is there for others', () => {
  const budget = new MemoryBudget(LIMIT);
  assert.ok(budget.resize(0, 50 * K));
  assert.ok(budget.resize(0, K));
  assert.equal(budget.resize(K, 7 * K), false);
  assert.ok(budget.resize(K, 6 * K));
  assert.ok(budget.resize(50 * K, 0));
  assert.ok(budget.resize(6 * K, 56 * K));
  assert.equal(budget.heldBytes, 56 * K);
});

test('whatever requests do: what is held is their sum, never much more than the limit, and nothing in the end', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = randomOf(seed);
    const budget = new MemoryBudget(LIMIT);
    const held = new Map<number, number>();
    const largest = 20 * K;
    for (let step = 0; step < 500; step++) {
      const id = random(30);
      const from = held.get(id) ?? 0;
      const to = random(3) === 0 ? 0 : random(random(2) === 0 ? 2 * K : largest);
      const before = budget.heldBytes;
      if (budget.resize(from, to)) held.set(id, to);
      else assert.equal(budget.heldBytes, before);
      const sum = [...held.values()].reduce((total, bytes) => total + bytes, 0);
      assert.equal(budget.heldBytes, sum, `seed ${seed}, step ${step}`);
      assert.ok(budget.heldBytes <= LIMIT + largest);
    }
    for (const [, bytes] of held) assert.ok(budget.resize(bytes, 0));
    assert.equal(budget.heldBytes, 0);
  }
});
