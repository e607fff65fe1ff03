/** A thread's whole life: an engine loop behind its port. */
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { prepareEngine } from '#backend/registry.js';
import type { Tensor } from '#tensor/tensor.js';
import { carryLogs } from './carry-logs.js';
import { type DoneFacts, EngineLoop, type WorkerLine } from './engine-loop.js';
import type { Batch, FromWorker, ThreadData } from './messages.js';
import { spareOf } from './spare-of.js';
import { pack } from './transfer.js';

class PortLine implements WorkerLine {
  readonly #port: MessagePort;
  /** Of this thread's heap, what has been told of. */
  #toldHeapBytes = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  send(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  answer(facts: DoneFacts, outputs: readonly Tensor[], inputs: readonly Tensor[]): void {
    const parcel = pack(outputs);
    const spare = spareOf(inputs, parcel.transfer);
    const done = { ...facts, outputs: parcel.tensors, spare } satisfies FromWorker;
    this.#port.postMessage(done, [...parcel.transfer, ...spare]);
  }

  end(): void {
    this.#port.close();
  }

  newOwnBytes(): number {
    const more = Math.max(0, heapBytes() - this.#toldHeapBytes);
    this.#toldHeapBytes += more;
    return more;
  }
}

/** Of this thread alone: each has a heap of its own. */
function heapBytes(): number {
  const { total_physical_size, malloced_memory } = getHeapStatistics();
  return total_physical_size + malloced_memory;
}

function live(port: MessagePort): void {
  const line = new PortLine(port);
  carryLogs(line);
  const loop = new EngineLoop(line);
  // One after the other: a session has one caller at a time, and engines block this thread anyway.
  let last = Promise.resolve();
  port.on('message', (batch: Batch) => {
    for (const message of batch) last = last.then(() => loop.handle(message));
  });
}

if (parentPort === null) throw new Error('worker/main.js is the entry of a worker thread. This is a bug.');
live(parentPort);
const { engine } = workerData as ThreadData;
if (engine !== null) void prepareEngine(engine);
