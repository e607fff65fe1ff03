/** A moody engine in a thread. */
import { parentPort } from 'node:worker_threads';
import type { Batch, FromWorker } from '#worker/messages.js';
import { obey } from './moody-engine.js';

const send = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', (batch: Batch) => {
  for (const message of batch) {
    obey(message, send);
    if (message.kind === 'end') parentPort?.close();
  }
});
