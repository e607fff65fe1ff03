import type { Task } from './task.js';

/** Where a task waits. */
export interface Place {
  readonly task: Task;
  /** 1 is the most urgent; half a step behind its own for one that has waited too long and may wait on. */
  readonly priority: number;
  isLeft: boolean;
}

/**
 * Places in the order in which they were taken. One that was left stays until the queue is tidied, so that leaving costs
 * nothing however many wait.
 *
 *   #places: [ gone, gone, A, left, B, C ]      #head = 2, size = 3
 */
export class TaskQueue {
  #places: (Place | null)[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(place: Place): void {
    this.#places.push(place);
    this.#size++;
  }

  /** Puts a place before all others. */
  pushFront(place: Place): void {
    if (this.#head === 0) this.#places.unshift(place);
    else this.#places[--this.#head] = place;
    this.#size++;
  }

  /** The waiting tasks in order. The queue must not change meanwhile. */
  *[Symbol.iterator](): Generator<Task> {
    for (let i = this.#head; i < this.#places.length; i++) {
      const place = this.#places[i];
      if (place && !place.isLeft) yield place.task;
    }
  }

  /** To be called once for each place. */
  leave(place: Place): void {
    place.isLeft = true;
    this.#size--;
    this.#tidy();
  }

  /** Lets go of what was left: at the front at once, elsewhere when it is more than what waits. */
  #tidy(): void {
    while (this.#head < this.#places.length && this.#places[this.#head]?.isLeft !== false) {
      this.#places[this.#head++] = null;
    }
    if (this.#places.length < 64 || this.#size * 2 > this.#places.length) return;
    this.#places = this.#places.filter((place) => place?.isLeft === false);
    this.#head = 0;
  }
}
