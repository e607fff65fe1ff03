/** Does one job at a time. Of those that come meanwhile only the newest is kept: while somebody draws, the others are old already. */
export class Newest<Job> {
  readonly #work: (job: Job) => Promise<void>;
  #isBusy = false;
  #next: { readonly job: Job } | null = null;

  /** @param work must not throw */
  constructor(work: (job: Job) => Promise<void>) {
    this.#work = work;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Resolves once nothing is left to do. */
  async push(job: Job): Promise<void> {
    this.#next = { job };
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#next !== null) {
        const { job: next } = this.#next;
        this.#next = null;
        await this.#work(next);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#next = null;
  }
}
