import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskOf } from '../../test/support/scheduling.js';
import type { Task } from './task.js';
import { WaitingRoom } from './waiting-room.js';

const marks = (tasks: Iterable<Task>): number[] =>
  Array.from(tasks, ({ job }) => job.inputs[0]?.data[0] ?? -1);

const order = (room: WaitingRoom): string[] =>
  room.lanes().map((lane) => `${lane.key}: ${marks(lane).join(' ')}`);

test('tasks that could run together wait in a lane', () => {
  const room = new WaitingRoom();
  room.push(taskOf(1), 'a');
  room.push(taskOf(2), 'b');
  room.push(taskOf(3), 'a');
  assert.deepEqual(order(room), ['a: 1 3', 'b: 2']);
});

test('the lane with the most urgent task is first, and among equals the one that has waited longest', () => {
  const room = new WaitingRoom();
  room.push(taskOf(1, { priority: 2, enqueuedAt: 1 }), 'a');
  room.push(taskOf(2, { priority: 2, enqueuedAt: 0 }), 'b');
  room.push(taskOf(3, { priority: 1, enqueuedAt: 5 }), 'c');
  assert.deepEqual(order(room), ['c: 3', 'b: 2', 'a: 1']);
});

test('what waits is counted, in all and by priority', () => {
  const room = new WaitingRoom();
  const urgent = taskOf(1, { priority: 1 }, { rows: 3 });
  room.push(urgent, 'a');
  room.push(taskOf(2, { priority: 2 }, { rows: 4 }), 'b');
  assert.deepEqual(room.loadFor(1), { size: 2, rows: 7, byteLength: 7, sizeOfPriority: 1 });
  assert.deepEqual([room.before(1).rows, room.before(2).rows], [3, 7]);
  assert.equal(room.take(urgent), true);
  assert.deepEqual(room.loadFor(1), { size: 1, rows: 4, byteLength: 4, sizeOfPriority: 0 });
  assert.deepEqual([room.before(1).rows, room.before(2).rows], [0, 4]);
});

test('a task waits once and is taken once', () => {
  const room = new WaitingRoom();
  const task = taskOf(1);
  assert.equal(room.take(task), false);
  room.push(task, 'a');
  assert.equal(room.has(task), true);
  assert.equal(room.take(task), true);
  assert.deepEqual([room.has(task), room.take(task), room.size], [false, false, 0]);
});

test('one that may wait on waits behind all others of its lane', () => {
  const room = new WaitingRoom();
  const late = taskOf(1);
  room.push(late, 'a');
  room.push(taskOf(2), 'a');
  room.delay(late);
  room.push(taskOf(3), 'a');
  assert.deepEqual(order(room), ['a: 2 3 1']);
  assert.deepEqual(room.loadFor(0), { size: 3, rows: 3, byteLength: 3, sizeOfPriority: 3 });
});

test('one that may wait on waits behind all others of other lanes', () => {
  const room = new WaitingRoom();
  const late = taskOf(1, { enqueuedAt: 0 });
  room.push(late, 'a');
  room.push(taskOf(2, { enqueuedAt: 5 }), 'b');
  room.delay(late);
  assert.deepEqual(order(room), ['b: 2', 'a: 1']);
});

test('one that may wait on is behind those of its priority, and before less urgent ones', () => {
  const room = new WaitingRoom();
  const late = taskOf(1, { priority: 1 });
  room.push(late, 'a');
  room.push(taskOf(2, { priority: 2 }), 'a');
  room.push(taskOf(3, { priority: 1 }), 'a');
  room.delay(late);
  assert.deepEqual(order(room), ['a: 3 1 2']);
});

test('delaying one that does not wait does nothing', () => {
  const room = new WaitingRoom();
  room.delay(taskOf(1));
  assert.equal(room.size, 0);
});

test('what was learned of a shape outlives those that wait', () => {
  const room = new WaitingRoom();
  const task = taskOf(1);
  room.push(task, 'a');
  room.statsOf('a').cost.observe(1, 7);
  room.take(task);
  assert.equal(room.statsOf('a').cost.predictMs(1), 7);
  room.push(taskOf(2), 'a');
  assert.equal(room.lanes()[0]?.stats.cost.predictMs(1), 7);
});

test('clearing takes everything out', () => {
  const room = new WaitingRoom();
  for (const [mark, key] of [
    [1, 'a'],
    [2, 'b'],
  ] as const) {
    room.push(taskOf(mark), key);
  }
  assert.deepEqual(marks(room.clear()), [1, 2]);
  assert.deepEqual([room.size, room.rows, room.lanes()], [0, 0, []]);
});

test('those that are put before all others come in their order, and nobody makes no lane', () => {
  const room = new WaitingRoom();
  room.pushFront([], 'a');
  assert.deepEqual(room.lanes(), []);
  const [first, second, third] = [taskOf(1), taskOf(2), taskOf(3)];
  room.push(third, 'a');
  room.pushFront([first, second], 'a');
  assert.deepEqual(room.lanes()[0]?.front(9), [first, second, third]);
  assert.deepEqual([room.size, room.rows], [3, 3]);
});
