import type { ChildProcess } from 'node:child_process';
import { BEAT_MS, type ServerMessage, type SupervisorMessage } from './messages.js';

/** Until a server has said how long it may be silent. */
const FIRST_SILENCE_MS = 30_000;

/** A process of the server, as its supervisor knows it. */
export class Supervised {
  readonly process: ChildProcess;
  readonly startedAt: number = performance.now();
  /** The sockets that it listens on. */
  readonly names: Set<string> = new Set();
  /** The status that it wants to end with, once nothing is left to do. */
  doneStatus: number | null = null;
  /** Not null once it was ended for its silence. */
  silentMs: number | null = null;
  #hangTimeoutMs = FIRST_SILENCE_MS;
  #silentBeats = 0;

  constructor(child: ChildProcess) {
    this.process = child;
  }

  heard(message: ServerMessage): void {
    this.#silentBeats = 0;
    if (message.kind === 'hello') this.#hangTimeoutMs = message.hangTimeoutMs;
    if (message.kind === 'keep') this.names.add(message.name);
    if (message.kind === 'done') this.doneStatus = message.status;
  }

  /** @param handle goes along; it stays open here too */
  tell(message: SupervisorMessage, handle?: object): void {
    // Node's types know no bare handles.
    const sent = handle as Parameters<ChildProcess['send']>[1];
    // One that is ending hears nothing more, and that it ended is heard of by itself.
    if (this.process.connected) this.process.send(message, sent, undefined, () => {});
  }

  /**
   * To be called once per beat. Ends a process that has been silent for too long. Beats of the supervisor are counted,
   * and not time: a machine that slept, or a whole container that was frozen, is no hang.
   */
  beat(): void {
    this.#silentBeats++;
    const silentMs = this.#silentBeats * BEAT_MS;
    if (silentMs <= this.#hangTimeoutMs || this.silentMs !== null) return;
    this.silentMs = this.#hangTimeoutMs;
    this.process.kill('SIGKILL');
  }
}
