import type { ShapeStats } from './shape-stats.js';
import type { Task } from './task.js';
import { type Place, TaskQueue } from './task-queue.js';

interface Level {
  readonly priority: number;
  readonly queue: TaskQueue;
}

/** Waiting tasks that could all run together, the most urgent first, and among equals the one that came first. */
export class Lane {
  readonly key: string;
  readonly stats: ShapeStats;
  /** The most urgent first. */
  readonly #levels: Level[] = [];
  #rows = 0;

  constructor(key: string, stats: ShapeStats) {
    this.key = key;
    this.stats = stats;
  }

  /** Of the waiting tasks. */
  get rows(): number {
    return this.#rows;
  }

  get isEmpty(): boolean {
    return this.#levels.every(({ queue }) => queue.size === 0);
  }

  push(place: Place): void {
    this.#level(place.priority).push(place);
    this.#rows += place.task.job.rows;
  }

  /** Before all others of its priority. */
  pushFront(place: Place): void {
    this.#level(place.priority).pushFront(place);
    this.#rows += place.task.job.rows;
  }

  leave(place: Place): void {
    this.#level(place.priority).leave(place);
    this.#rows -= place.task.job.rows;
  }

  *[Symbol.iterator](): Generator<Task> {
    for (const { queue } of this.#levels) yield* queue;
  }

  get head(): Task | null {
    for (const task of this) return task;
    return null;
  }

  /** Of its first task: 1 is the most urgent. */
  get priority(): number {
    return this.#levels.find(({ queue }) => queue.size > 0)?.priority ?? Number.POSITIVE_INFINITY;
  }

  /**
   * The tasks at the front that have so many rows together; the first one however many it has, and for 1 it alone. So
   * is one under which a runner died: it shall not take others along, nor they it.
   */
  front(mostRows: number): readonly Task[] {
    const tasks: Task[] = [];
    let rows = 0;
    for (const task of this) {
      rows += task.job.rows;
      const isAlone = mostRows === 1 || task.crashes > 0;
      // A request may have no rows at all.
      if (tasks.length > 0 && (rows > mostRows || isAlone)) break;
      tasks.push(task);
      if (task.crashes > 0) break;
    }
    return tasks;
  }

  #level(priority: number): TaskQueue {
    const found = this.#levels.find((level) => level.priority === priority);
    if (found !== undefined) return found.queue;
    const queue = new TaskQueue();
    this.#levels.push({ priority, queue });
    this.#levels.sort((a, b) => a.priority - b.priority);
    return queue;
  }
}
