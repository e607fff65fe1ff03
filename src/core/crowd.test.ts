import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crowd } from './crowd.js';

test('whoever leaves is gone, and the others are there', () => {
  const crowd = new Crowd<string>();
  const [a, b, c] = ['a', 'b', 'c'].map((each) => crowd.enter(each));
  assert.ok(a && b && c);
  crowd.leave(a);
  assert.deepEqual([...crowd].sort(), ['b', 'c']);
  crowd.leave(c);
  assert.deepEqual([...crowd], ['b']);
  assert.deepEqual([a.at, b.at, c.at], [-1, 0, -1]);
  crowd.leave(b);
  assert.equal(crowd.size, 0);
});

test('who leaves twice takes nobody along', () => {
  const crowd = new Crowd<string>();
  const first = crowd.enter('a');
  crowd.enter('b');
  crowd.leave(first);
  crowd.leave(first);
  assert.deepEqual([...crowd], ['b']);
});

test('thousands that come and go in any order leave those who stayed', () => {
  const crowd = new Crowd<number>();
  const inside = new Map<number, ReturnType<typeof crowd.enter>>();
  let seed = 7;
  for (let i = 0; i < 5000; i++) {
    inside.set(i, crowd.enter(i));
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const leaving = [...inside.keys()][seed % inside.size];
    const standing = leaving === undefined || seed % 3 === 0 ? undefined : inside.get(leaving);
    if (leaving === undefined || standing === undefined) continue;
    crowd.leave(standing);
    inside.delete(leaving);
  }
  assert.deepEqual(
    [...crowd].sort((a, b) => a - b),
    [...inside.keys()],
  );
});
