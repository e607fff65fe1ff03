import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskOf } from '../../test/support/scheduling.js';
import { Lane } from './lane.js';
import { ShapeTable } from './shape-stats.js';
import type { Task } from './task.js';
import type { Place } from './task-queue.js';

/** A lane with tasks of these priorities and rows, marked by their position. */
function laneOf(...tasks: readonly (readonly [priority: number, rows: number])[]) {
  const lane = new Lane('key', new ShapeTable().of('key'));
  const places = tasks.map(([priority, rows], i): Place => {
    const place = { task: taskOf(i, { priority }, { rows }), priority, isLeft: false };
    lane.push(place);
    return place;
  });
  return { lane, places };
}

const marks = (tasks: Iterable<Task>): number[] =>
  Array.from(tasks, ({ job }) => job.inputs[0]?.data[0] ?? -1);

test('the most urgent come first, and among equals who came first', () => {
  const { lane } = laneOf([2, 1], [1, 1], [3, 1], [1, 1]);
  assert.deepEqual(marks(lane), [1, 3, 0, 2]);
  assert.deepEqual(marks(lane.head === null ? [] : [lane.head]), [1]);
});

test('the front has as many rows as a run, and is not searched for what would fill it', () => {
  const { lane } = laneOf([0, 2], [0, 3], [0, 4], [0, 1]);
  assert.deepEqual(marks(lane.front(5)), [0, 1]);
  assert.deepEqual(marks(lane.front(8)), [0, 1]);
  assert.deepEqual(marks(lane.front(9)), [0, 1, 2]);
  assert.equal(lane.rows, 10);
});

test('the first is in front however many rows it has', () => {
  const { lane } = laneOf([0, 9], [0, 1]);
  assert.deepEqual(marks(lane.front(4)), [0]);
});

test('what runs alone is not put together with a request that has no rows', () => {
  const { lane } = laneOf([0, 0], [0, 1]);
  assert.equal(lane.front(1).length, 1);
});

test('who leaves is counted no more', () => {
  const { lane, places } = laneOf([1, 2], [2, 3]);
  lane.leave(places[0] as Place);
  assert.deepEqual([lane.rows, lane.isEmpty, marks(lane)], [3, false, [1]]);
  lane.leave(places[1] as Place);
  assert.deepEqual([lane.rows, lane.isEmpty, lane.head], [0, true, null]);
});

test('one under which a runner died is in front alone, and ends the front of those before it', () => {
  const { lane, places } = laneOf([0, 1], [0, 1], [0, 1], [0, 1]);
  (places[2] as Place).task.crashes = 1;
  assert.deepEqual(marks(lane.front(9)), [0, 1]);
  lane.leave(places[0] as Place);
  lane.leave(places[1] as Place);
  assert.deepEqual(marks(lane.front(9)), [2]);
});
