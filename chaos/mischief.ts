/** What is done to a server, one thing after the other. */
import { spawnSync } from 'node:child_process';
import { oneOf, type Random, randomOf } from '../test/support/random.js';
import { cutRequest } from './asks.js';
import { numbers } from './load.js';
import type { ModelFolder } from './model-folder.js';
import { addressSpaceOf, enginesOf, signal } from './processes.js';
import { reloadModel } from './reloading.js';
import type { ServerCommand } from './server-command.js';
import type { SmallDisk } from './small-disk.js';

export const MISCHIEFS = ['kill', 'hang', 'memory', 'reload', 'cut', 'clock', 'disk'] as const;
export type Mischief = (typeof MISCHIEFS)[number];

const HOUR_MS = 3_600_000;
const CLOCK_OFFSETS_MS = [HOUR_MS, -HOUR_MS, 0];
const CUTS = 20;
/** Beside what the process has. */
const SPARE_BYTES = 512 * 1024;

export interface Victims {
  readonly server: ServerCommand;
  /** Its instances have processes, and are killed, hung and starved. */
  readonly prey: ModelFolder;
  /** Loaded anew. */
  readonly renewed: ModelFolder;
  /** Null where this system does not let anybody have one. */
  readonly disk: SmallDisk | null;
  /** Sends the prey a request of some megabytes, which is counted as all others. */
  askMuch(): Promise<void>;
}

/** Does mischief and counts it. */
export class MischiefMaker {
  readonly done: Record<Mischief, number>;
  readonly #victims: Victims;
  readonly #random: Random = randomOf(5);

  constructor(victims: Victims) {
    this.#victims = victims;
    this.done = { kill: 0, hang: 0, memory: 0, reload: 0, cut: 0, clock: 0, disk: 0 };
  }

  /** Does one thing, and counts it where there was something to do it to. */
  async make(what: Mischief): Promise<void> {
    this.done[what] += await this.#make(what);
  }

  /** Puts back what does not come back by itself: the clock and the disk. */
  async relent(): Promise<void> {
    this.relentDisk();
    await this.#victims.server.ask({ kind: 'step-clock', offsetMs: 0 });
  }

  /** Makes room on the disk again. */
  relentDisk(): void {
    this.#victims.disk?.free(this.#victims.server.pid);
  }

  async #make(what: Mischief): Promise<number> {
    const { server, renewed, disk } = this.#victims;
    switch (what) {
      case 'kill':
        return this.#signal('SIGKILL');
      case 'hang':
        return this.#signal('SIGSTOP');
      case 'memory':
        return await this.#starve();
      case 'reload':
        await reloadModel(server.rest, renewed);
        return 1;
      case 'cut':
        return await this.#cut();
      case 'clock': {
        const offsetMs = CLOCK_OFFSETS_MS[this.done.clock % CLOCK_OFFSETS_MS.length] ?? 0;
        await server.ask({ kind: 'step-clock', offsetMs });
        return 1;
      }
      case 'disk':
        disk?.fill(server.pid);
        return disk === null ? 0 : 1;
    }
  }

  #engine(): number | null {
    const engines = enginesOf(this.#victims.server.pid, this.#victims.prey.name);
    return engines.length === 0 ? null : oneOf(this.#random, engines);
  }

  #signal(name: NodeJS.Signals): number {
    const pid = this.#engine();
    return pid !== null && signal(pid, name) ? 1 : 0;
  }

  /** Takes all memory but a little from a process, and gives it work that needs more. */
  async #starve(): Promise<number> {
    const pid = this.#engine();
    if (pid === null) return 0;
    const bytes = addressSpaceOf(pid) + SPARE_BYTES;
    if (spawnSync('prlimit', ['--pid', `${pid}`, `--as=${bytes}`]).status !== 0) return 0;
    await Promise.all(Array.from({ length: 4 }, () => this.#victims.askMuch()));
    return 1;
  }

  async #cut(): Promise<number> {
    const { server, prey } = this.#victims;
    const cuts = Array.from({ length: CUTS }, (_, i) =>
      cutRequest(
        server.rest,
        prey.name,
        numbers(this.#random),
        i % 2 === 0 ? 'in the body' : 'before the answer',
      ),
    );
    await Promise.all(cuts);
    return CUTS;
  }
}
