/** What the decision is made from: one model that runs on the cores of this host. */
export interface ShareHolder {
  /** Threads of its runs that are running. */
  readonly runningThreads: number;
  /** Milliseconds of threads that it has had, counted from where the others stood when it came. */
  readonly usedMs: number;
  /** It would run more if it might. */
  readonly isWaiting: boolean;
}

/**
 * Whether a model may start one more run of so many threads beside those that run. One run of each model always may: the
 * operating system shares the cores out between them, and no model waits for the end of another's long run. More of
 * them may where nobody else is about, or where cores are left and no model that has had less time waits for one.
 */
export function mayStart(
  me: ShareHolder,
  others: readonly ShareHolder[],
  threads: number,
  cores: number,
): boolean {
  if (me.runningThreads === 0) return true;
  const active = others.filter(({ runningThreads, isWaiting }) => runningThreads > 0 || isWaiting);
  if (active.length === 0) return true;
  const running = active.reduce((sum, { runningThreads }) => sum + runningThreads, me.runningThreads);
  if (running + threads > cores) return false;
  return !active.some(({ isWaiting, usedMs }) => isWaiting && usedMs < me.usedMs);
}

/** One model's part in the cores. */
export interface CoreShare {
  /** Whether one more run of so many threads may start; where not, `wake` is called when things have changed. */
  mayStart(threads: number): boolean;
  /** Whether a run may be followed by another of as many threads when it ends; where not, as above. */
  mayFollow(threads: number): boolean;
  /** So many threads have begun to run. */
  started(threads: number): void;
  /** So many threads have run for so many milliseconds. */
  used(threads: number, ms: number): void;
  /** So many threads have nothing more to run. */
  ended(threads: number): void;
  /** Nothing waits to be run any more. */
  satisfied(): void;
  leave(): void;
}

/** Shares the cores of this host between the models that run on them, by the time that they have used. */
export class CoreShares {
  readonly #cores: number;
  /** Those that run, or wait to run more. All others cost nothing. */
  readonly #active = new Set<Holder>();

  constructor(cores: number) {
    this.#cores = cores;
  }

  /** @param wake is called when a run that had to wait may be tried again */
  join(wake: () => void): CoreShare {
    const holder = new Holder(wake);
    return {
      mayStart: (threads) => this.#ask(holder, threads, holder.runningThreads),
      mayFollow: (threads) => this.#ask(holder, threads, holder.runningThreads - threads),
      started: (threads) => this.#start(holder, threads),
      used: (threads, ms) => {
        holder.usedMs += threads * ms;
      },
      ended: (threads) => {
        holder.runningThreads -= threads;
        this.#changed(holder);
      },
      satisfied: () => {
        holder.isWaiting = false;
        this.#changed(holder);
      },
      leave: () => {
        holder.runningThreads = 0;
        holder.isWaiting = false;
        this.#changed(holder);
      },
    };
  }

  #ask(holder: Holder, threads: number, runningThreads: number): boolean {
    const others = [...this.#active].filter((each) => each !== holder);
    const { usedMs, isWaiting } = holder;
    const may = mayStart({ runningThreads, usedMs, isWaiting }, others, threads, this.#cores);
    holder.isWaiting = !may;
    return may;
  }

  #start(holder: Holder, threads: number): void {
    if (!this.#active.has(holder)) {
      // Who comes back after a pause has saved nothing up meanwhile.
      const least = Math.min(...[...this.#active].map(({ usedMs }) => usedMs));
      if (this.#active.size > 0) holder.usedMs = Math.max(holder.usedMs, least);
      this.#active.add(holder);
    }
    holder.runningThreads += threads;
  }

  /** Whoever waits and has had least is asked first. */
  #changed(holder: Holder): void {
    if (holder.runningThreads === 0 && !holder.isWaiting) this.#active.delete(holder);
    const waiting = [...this.#active].filter(({ isWaiting }) => isWaiting);
    for (const each of waiting.sort((a, b) => a.usedMs - b.usedMs)) each.wake();
  }
}

class Holder implements ShareHolder {
  runningThreads = 0;
  usedMs = 0;
  isWaiting = false;
  readonly wake: () => void;

  constructor(wake: () => void) {
    this.wake = wake;
  }
}
