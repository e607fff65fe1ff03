import type { Session } from '#backend/backend.js';
import { openSession } from '#backend/registry.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { sharedNow } from '#core/shared-time.js';
import type { Tensor } from '#tensor/tensor.js';
import type { DoneAnswer, FromWorker, OpenMessage, RunMessage, SessionId, ToWorker } from './messages.js';
import { meansOutOfMemory } from './out-of-memory.js';

const log = loggerOf('worker::main');

/** What an answer to a run says beside its tensors. */
export type DoneFacts = Omit<DoneAnswer, 'outputs' | 'spare'> & { readonly session: SessionId };

/** The way back over the wall. */
export interface WorkerLine {
  send(message: FromWorker): void;
  /** Sends the answer to a run. The outputs are given away, and what the inputs stand in is nobody's any more. */
  answer(facts: DoneFacts, outputs: readonly Tensor[], inputs: readonly Tensor[]): void;
  /** No more messages will come. */
  end(): void;
  /** Bytes on the host beside what sessions hold, since it was last asked. `heldBytes` is what the newest one holds. */
  newOwnBytes(heldBytes: number): number;
}

/** What lives behind a wall: opens sessions, runs what is asked, closes them, ends. One message after the other. */
export class EngineLoop {
  readonly #line: WorkerLine;
  readonly #onOutOfMemory: (() => void) | null;
  readonly #sessions = new Map<SessionId, Session>();

  /** @param onOutOfMemory called in place of an answer where an engine had no memory for a run */
  constructor(line: WorkerLine, onOutOfMemory: (() => void) | null = null) {
    this.#line = line;
    this.#onOutOfMemory = onOutOfMemory;
  }

  /** To be called for one message at a time. Never rejects for what a model does. */
  async handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'run':
        return await this.#run(message);
      case 'open':
        return await this.#open(message);
      case 'close':
        return await this.#close(message.session);
      case 'end':
        this.#line.end();
    }
  }

  async #open({ session: id, data }: OpenMessage): Promise<void> {
    const startedAt = performance.now();
    try {
      const { session, backend } = await openSession(data.artifact, data.options);
      this.#sessions.set(id, session);
      const { inputs, outputs, facts } = session;
      const heapBytes = this.#line.newOwnBytes(facts.heldBytes);
      const model = { platform: backend.platform, inputs, outputs, facts, heapBytes };
      this.#line.send({ kind: 'loaded', session: id, model, loadNs: elapsedNs(startedAt) });
    } catch (thrown) {
      const { code, message } = ServingError.from(thrown);
      this.#line.send({ kind: 'load-failed', session: id, code, message });
    }
  }

  async #run(message: RunMessage): Promise<void> {
    const { session: from, id } = message;
    const startedAt = performance.now();
    try {
      const session = this.#sessions.get(from);
      if (session === undefined) throw new Error(`there is no session ${from}. This is a bug.`);
      const outputs = await session.run(message.inputs, message.outputs);
      const runNs = elapsedNs(startedAt);
      const facts = { kind: 'done', session: from, id, runNs, endedAt: sharedNow() } as const;
      this.#line.answer(facts, outputs, message.inputs);
    } catch (thrown) {
      const { code, message: text } = ServingError.from(thrown);
      if (this.#onOutOfMemory !== null && meansOutOfMemory(text)) return this.#onOutOfMemory();
      this.#line.send({ kind: 'run-failed', session: from, id, code, message: text });
    }
  }

  async #close(id: SessionId): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    // What one session leaves behind must not end the thread of the others.
    await session?.dispose().catch((thrown: unknown) => log.error(`closing a session: ${messageOf(thrown)}`));
    this.#line.send({ kind: 'closed', session: id });
  }
}

function elapsedNs(since: number): number {
  return Math.round((performance.now() - since) * 1e6);
}
