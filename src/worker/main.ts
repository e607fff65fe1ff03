/** A thread's whole life: open sessions, run what is asked in the order it was asked, close them, end. */
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Session } from '#backend/backend.js';
import { openSession } from '#backend/registry.js';
import { messageOf, ServingError } from '#core/errors.js';
import { type LogRecord, logChannel, loggerOf } from '#core/log.js';
import { sharedNow } from '#core/shared-time.js';
import { LEAST_SPARE_BYTES } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Batch, FromWorker, OpenMessage, RunMessage, SessionId, ToWorker } from './messages.js';
import { pack } from './transfer.js';

const log = loggerOf('worker::main');

class EngineLoop {
  readonly #port: MessagePort;
  readonly #sessions = new Map<SessionId, Session>();
  /** One after the other: a session has one caller at a time, and engines block this thread anyway. */
  #last = Promise.resolve();
  /** Of this thread's heap, what has been told of. */
  #toldHeapBytes = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    // Diagnostics channels are one for each thread: what is said here must be carried over.
    logChannel.subscribe((record) => this.#send({ kind: 'log', record: record as LogRecord }));
    port.on('message', (batch: Batch) => {
      for (const message of batch) this.#last = this.#last.then(() => this.#handle(message));
    });
  }

  async #handle(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'run':
        return await this.#run(message);
      case 'open':
        return await this.#open(message);
      case 'close':
        return await this.#close(message.session);
      case 'end':
        this.#port.close();
    }
  }

  async #open({ session: id, data }: OpenMessage): Promise<void> {
    const startedAt = performance.now();
    try {
      const { session, backend } = await openSession(data.artifact, data.options);
      this.#sessions.set(id, session);
      const { inputs, outputs, facts } = session;
      const model = { platform: backend.platform, inputs, outputs, facts, heapBytes: this.#newHeapBytes() };
      this.#send({ kind: 'loaded', session: id, model, loadNs: elapsedNs(startedAt) });
    } catch (thrown) {
      const { code, message } = ServingError.from(thrown);
      this.#send({ kind: 'load-failed', session: id, code, message });
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
      const endedAt = sharedNow();
      const parcel = pack(outputs);
      const spare = spareOf(message.inputs, parcel.transfer);
      const done = {
        kind: 'done',
        session: from,
        id,
        outputs: parcel.tensors,
        runNs,
        endedAt,
        spare,
      } as const;
      this.#send(done, [...parcel.transfer, ...spare]);
    } catch (thrown) {
      const { code, message: text } = ServingError.from(thrown);
      this.#send({ kind: 'run-failed', session: from, id, code, message: text });
    }
  }

  async #close(id: SessionId): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    // What one session leaves behind must not end the thread of the others.
    await session?.dispose().catch((thrown: unknown) => log.error(`closing a session: ${messageOf(thrown)}`));
    this.#send({ kind: 'closed', session: id });
  }

  #send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #newHeapBytes(): number {
    const all = heapBytes();
    const more = Math.max(0, all - this.#toldHeapBytes);
    this.#toldHeapBytes += more;
    return more;
  }
}

/** The large buffers behind the inputs, but for those that an output stands in. */
function spareOf(inputs: readonly Tensor[], taken: readonly ArrayBuffer[]): readonly ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of inputs.map(({ data }) => data)) {
    const isLarge = buffer.byteLength >= LEAST_SPARE_BYTES;
    if (isLarge && buffer instanceof ArrayBuffer && !taken.includes(buffer)) buffers.add(buffer);
  }
  return [...buffers];
}

/** Of this thread alone: each has a heap of its own. */
function heapBytes(): number {
  const { total_physical_size, malloced_memory } = getHeapStatistics();
  return total_physical_size + malloced_memory;
}

function elapsedNs(since: number): number {
  return Math.round((performance.now() - since) * 1e6);
}

if (parentPort === null) throw new Error('worker/main.js is the entry of a worker thread. This is a bug.');
new EngineLoop(parentPort);
