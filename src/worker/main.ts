/** A thread's whole life: open one session, run what is asked in the order it was asked, close. */
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Session } from '#backend/backend.js';
import { openSession } from '#backend/registry.js';
import { ServingError } from '#core/errors.js';
import { type LogRecord, logChannel } from '#core/log.js';
import { LEAST_SPARE_BYTES } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Batch, FromWorker, RunMessage, ThreadData, ToWorker } from './messages.js';
import { pack } from './transfer.js';

async function live(port: MessagePort, { artifact, options }: ThreadData): Promise<void> {
  // Diagnostics channels are one for each thread: what is said here must be carried over.
  logChannel.subscribe((record) => send(port, { kind: 'log', record: record as LogRecord }));
  const startedAt = performance.now();
  let session: Session;
  try {
    const opened = await openSession(artifact, options);
    session = opened.session;
    const { inputs, outputs, facts } = session;
    const model = { platform: opened.backend.platform, inputs, outputs, facts, heapBytes: heapBytes() };
    send(port, { kind: 'loaded', model, loadNs: elapsedNs(startedAt) });
  } catch (thrown) {
    const { code, message } = ServingError.from(thrown);
    send(port, { kind: 'load-failed', code, message });
    return;
  }
  // One run after the other: a session has one caller at a time, and engines block this thread anyway.
  let last = Promise.resolve();
  const handle = async (message: ToWorker): Promise<void> => {
    if (message.kind === 'run') return await run(port, session, message);
    await session.dispose();
    port.close();
  };
  port.on('message', (batch: Batch) => {
    for (const message of batch) last = last.then(() => handle(message));
  });
}

async function run(port: MessagePort, session: Session, message: RunMessage): Promise<void> {
  const startedAt = performance.now();
  try {
    const outputs = await session.run(message.inputs, message.outputs);
    const runNs = elapsedNs(startedAt);
    const parcel = pack(outputs);
    const spare = spareOf(message.inputs, parcel.transfer);
    const done = { kind: 'done', id: message.id, outputs: parcel.tensors, runNs, spare } as const;
    send(port, done, [...parcel.transfer, ...spare]);
  } catch (thrown) {
    const { code, message: text } = ServingError.from(thrown);
    send(port, { kind: 'run-failed', id: message.id, code, message: text });
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

function send(port: MessagePort, message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
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
await live(parentPort, workerData as ThreadData);
