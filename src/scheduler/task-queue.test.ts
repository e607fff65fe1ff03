import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskOf } from '../../test/support/scheduling.js';
import { type Place, TaskQueue } from './task-queue.js';

const placeOf = (mark: number): Place => ({ task: taskOf(mark), priority: 0, isLeft: false });

/** A queue of so many tasks, and the first byte of those that wait. */
function filled(count: number) {
  const queue = new TaskQueue();
  const places = Array.from({ length: count }, (_, i) => placeOf(i % 256));
  for (const place of places) queue.push(place);
  const marks = (): number[] => Array.from(queue, ({ job }) => job.inputs[0]?.data[0] ?? -1);
  const leave = (...at: number[]): void => {
    for (const i of at) queue.leave(places[i] as Place);
  };
  return { queue, marks, leave };
}

test('tasks wait in the order in which they came', () => {
  const { queue, marks } = filled(3);
  assert.deepEqual([queue.size, marks()], [3, [0, 1, 2]]);
});

test('a task may leave from anywhere', () => {
  const { queue, marks, leave } = filled(5);
  leave(2);
  assert.deepEqual([queue.size, marks()], [4, [0, 1, 3, 4]]);
  leave(0, 1);
  assert.deepEqual([queue.size, marks()], [2, [3, 4]]);
  leave(4, 3);
  assert.deepEqual([queue.size, marks()], [0, []]);
});

test('those that come when others have left are the last', () => {
  const { queue, marks, leave } = filled(3);
  leave(0, 1, 2);
  queue.push(placeOf(9));
  assert.deepEqual([queue.size, marks()], [1, [9]]);
});

test('nobody is lost or moved when many leave', () => {
  const { queue, marks, leave } = filled(256);
  const stay = [3, 100, 101, 255];
  leave(...Array.from({ length: 256 }, (_, i) => i).filter((i) => !stay.includes(i)));
  assert.deepEqual([queue.size, marks()], [4, stay]);
  queue.push(placeOf(7));
  leave(3);
  assert.deepEqual([queue.size, marks()], [4, [100, 101, 255, 7]]);
});

test('who is put before all others is the first, whether others have left or not', () => {
  const { queue, marks, leave } = filled(3);
  queue.pushFront(placeOf(7));
  assert.deepEqual([queue.size, marks()], [4, [7, 0, 1, 2]]);
  leave(0);
  queue.pushFront(placeOf(8));
  assert.deepEqual([queue.size, marks()], [4, [8, 7, 1, 2]]);
});

test('the place of one that has left is used again', () => {
  const { queue, marks, leave } = filled(3);
  leave(0, 1);
  queue.pushFront(placeOf(8));
  queue.pushFront(placeOf(7));
  queue.pushFront(placeOf(6));
  assert.deepEqual([queue.size, marks()], [4, [6, 7, 8, 2]]);
});
