import type { Task } from './task.js';

/**
 * Waiting tasks, first in first out. Removal from the middle keeps the order.
 *
 *   #tasks: [ taken, taken, A, B, C ]      #head = 2, size = 3
 *
 * Taken places are given back once they are half of the array, so a shift costs no copy.
 */
export class TaskQueue {
  #tasks: (Task | null)[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(task: Task): void {
    this.#tasks.push(task);
    this.#size++;
  }

  shift(): Task | null {
    while (this.#head < this.#tasks.length) {
      const task = this.#tasks[this.#head] ?? null;
      this.#tasks[this.#head++] = null;
      if (task !== null) {
        this.#size--;
        this.#compact();
        return task;
      }
    }
    this.#compact();
    return null;
  }

  /** Whether the task was waiting. */
  remove(task: Task): boolean {
    const at = this.#tasks.indexOf(task, this.#head);
    if (at === -1) return false;
    this.#tasks[at] = null;
    this.#size--;
    return true;
  }

  /** Takes every waiting task out. */
  clear(): Task[] {
    const waiting = this.#tasks.slice(this.#head).filter((task) => task !== null);
    this.#tasks = [];
    this.#head = 0;
    this.#size = 0;
    return waiting;
  }

  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#tasks.length) return;
    this.#tasks.splice(0, this.#head);
    this.#head = 0;
  }
}
