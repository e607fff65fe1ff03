import type { InsideFigures } from './inside.js';
import { type OutsideFigures, outsideFigures } from './processes.js';
import type { ServerCommand } from './server-command.js';

/** A server at one moment. */
export interface Sample extends OutsideFigures, Pick<InsideFigures, 'heapBytes' | 'activeHandles'> {
  /** Since the sampler began. */
  readonly seconds: number;
}

/** Looks at a server again and again. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly #server: ServerCommand;
  readonly #from: number = performance.now();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  constructor(server: ServerCommand, everyMs: number) {
    this.#server = server;
    this.#timer = setInterval(() => {
      this.#looking = this.#look().catch(() => {});
    }, everyMs);
  }

  async stop(): Promise<readonly Sample[]> {
    clearInterval(this.#timer);
    await this.#looking;
    return this.samples;
  }

  async #look(): Promise<void> {
    if (!this.#server.isAlive) return;
    const { heapBytes, activeHandles } = await this.#server.ask({ kind: 'figures' });
    const seconds = (performance.now() - this.#from) / 1000;
    this.samples.push({ seconds, heapBytes, activeHandles, ...outsideFigures(this.#server.pid) });
  }
}
