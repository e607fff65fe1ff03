import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';

const CHANNEL = 'child_process';

/** The processes that this one starts from now on, in order, until `stop`. */
export class EngineProcesses {
  readonly started: ChildProcess[] = [];
  readonly #listen: (message: unknown) => void;

  /** `onStart` hears of each as it starts. */
  constructor(onStart: (child: ChildProcess, position: number) => void = () => {}) {
    this.#listen = (message) => {
      const { process: child } = message as { readonly process: ChildProcess };
      this.started.push(child);
      // It is told of before it is started.
      child.once('spawn', () => onStart(child, this.started.indexOf(child)));
    };
    subscribe(CHANNEL, this.#listen);
  }

  /** Those that live. */
  get living(): readonly ChildProcess[] {
    return this.started.filter(isAlive);
  }

  /** Settles when the process is gone. */
  async kill(position: number, signal: NodeJS.Signals): Promise<void> {
    const child = this.started[position];
    if (child === undefined) throw new Error(`process ${position} has not been started`);
    const gone = once(child, 'close');
    child.kill(signal);
    await gone;
  }

  stop(): void {
    unsubscribe(CHANNEL, this.#listen);
  }
}

export function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
