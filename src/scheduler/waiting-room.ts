import type { QueueLoad } from './admission.js';
import { Lane } from './lane.js';
import { type ShapeStats, ShapeTable } from './shape-stats.js';
import type { Task } from './task.js';
import type { Place } from './task-queue.js';

/**
 * The waiting tasks of one model version: a lane for each kind that can run together, and what they weigh in all. Each
 * task knows its seat. A Map of them would outlive them: see core/crowd.ts.
 */
export class WaitingRoom {
  readonly #lanes = new Map<string, Lane>();
  /** What waits of each priority. */
  readonly #levels = new Map<number, { size: number; rows: number }>();
  readonly #shapes = new ShapeTable();
  #size = 0;
  #rows = 0;
  #byteLength = 0;

  get size(): number {
    return this.#size;
  }

  get rows(): number {
    return this.#rows;
  }

  /** When the first of those that wait came; null where none waits. Looks at all of them. */
  get oldestAt(): number | null {
    let oldest: number | null = null;
    for (const lane of this.#lanes.values()) {
      for (const { enqueuedAt } of lane) if (oldest === null || enqueuedAt < oldest) oldest = enqueuedAt;
    }
    return oldest;
  }

  /** What waits, for one more of this priority. */
  loadFor(priority: number): QueueLoad {
    const sizeOf = (each: number): number => this.#levels.get(each)?.size ?? 0;
    const sizeOfPriority = sizeOf(priority) + sizeOf(delayed(priority));
    return { size: this.size, rows: this.#rows, byteLength: this.#byteLength, sizeOfPriority };
  }

  /** What waits with this priority or a more urgent one. */
  before(priority: number): { readonly size: number; readonly rows: number } {
    let [size, rows] = [0, 0];
    for (const [each, level] of this.#levels) {
      if (each > priority) continue;
      size += level.size;
      rows += level.rows;
    }
    return { size, rows };
  }

  has(task: Task): boolean {
    return task.seat !== null;
  }

  statsOf(key: string): ShapeStats {
    return this.#lanes.get(key)?.stats ?? this.#shapes.of(key);
  }

  push(task: Task, key: string, priority: number = task.priority): void {
    const lane = this.#laneOf(key);
    const place = { task, priority, isLeft: false };
    lane.push(place);
    this.#entered(place, lane);
  }

  /** Tasks that have waited before: they come before all others of their priority, in the order in which they are given. */
  pushFront(tasks: readonly Task[], key: string): void {
    for (const task of [...tasks].reverse()) {
      const lane = this.#laneOf(key);
      const place = { task, priority: task.priority, isLeft: false };
      lane.pushFront(place);
      this.#entered(place, lane);
    }
  }

  /** The task waits no longer. False where it did not wait. */
  take(task: Task): boolean {
    if (task.seat === null) return false;
    const { lane, place } = task.seat;
    task.seat = null;
    this.#count(place, -1);
    lane.leave(place);
    if (lane.isEmpty) this.#lanes.delete(lane.key);
    return true;
  }

  /** Lets a waiting task wait on behind all others of its priority (Triton's `DELAY`). */
  delay(task: Task): void {
    const { seat } = task;
    if (seat === null) return;
    this.take(task);
    this.push(task, seat.lane.key, delayed(task.priority));
  }

  /** The lane with the most urgent task first; among equals, the one whose first task came first. */
  lanes(): readonly Lane[] {
    return [...this.#lanes.values()].sort(moreUrgent);
  }

  /** Takes every waiting task out. */
  clear(): readonly Task[] {
    const tasks = [...this.#lanes.values()].flatMap((lane) => [...lane]);
    for (const task of tasks) this.take(task);
    return tasks;
  }

  #laneOf(key: string): Lane {
    const lane = this.#lanes.get(key) ?? new Lane(key, this.#shapes.of(key));
    this.#lanes.set(key, lane);
    return lane;
  }

  #entered(place: Place, lane: Lane): void {
    place.task.seat = { lane, place };
    this.#count(place, 1);
  }

  #count({ task, priority }: Place, sign: 1 | -1): void {
    this.#size += sign;
    this.#rows += sign * task.job.rows;
    this.#byteLength += sign * task.byteLength;
    const level = this.#levels.get(priority) ?? { size: 0, rows: 0 };
    this.#levels.set(priority, level);
    level.size += sign;
    level.rows += sign * task.job.rows;
  }
}

/** Behind all of this priority and before those of the next. */
function delayed(priority: number): number {
  return priority + 0.5;
}

function moreUrgent(a: Lane, b: Lane): number {
  return a.priority - b.priority || (a.head?.enqueuedAt ?? 0) - (b.head?.enqueuedAt ?? 0);
}
