/** Stands in for an engine thread whose engine dies: it does what the name of the first input says. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch, FromWorker, ThreadData, ToWorker } from '#worker/messages.js';

const { artifact } = workerData as ThreadData;
const send = (message: FromWorker): void => parentPort?.postMessage(message);

if (artifact.path === 'refuses') {
  send({ kind: 'load-failed', code: 'INVALID_ARGUMENT', message: 'no such model' });
} else if (artifact.path === 'dies') {
  process.exit(3);
} else {
  const facts = { engine: 'moody', provider: 'cpu', threads: 1, modelBytes: 0, heldBytes: 0 };
  send({
    kind: 'loaded',
    model: { platform: 'moody', inputs: [], outputs: [], facts, heapBytes: 0 },
    loadNs: 1,
  });
  const obey = (message: ToWorker): void => {
    if (message.kind === 'close') parentPort?.close();
    else if (message.inputs[0]?.name === 'exit') process.exit(7);
    else if (message.inputs[0]?.name === 'throw') throw new Error('an error nobody caught');
    else if (message.inputs[0]?.name === 'hold') return;
    else send({ kind: 'done', id: message.id, outputs: message.inputs, runNs: 5, spare: [] });
  };
  parentPort?.on('message', (batch: Batch) => batch.forEach(obey));
}
