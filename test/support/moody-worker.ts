/** Stands in for an engine thread whose engine dies: it does what the path of the model and the name of the first input say. */
import { parentPort } from 'node:worker_threads';
import type { Batch, FromWorker, OpenMessage, RunMessage, ToWorker } from '#worker/messages.js';

const send = (message: FromWorker): void => parentPort?.postMessage(message);

function open({ session, data }: OpenMessage): void {
  const { path } = data.artifact;
  if (path === 'dies') process.exit(3);
  if (path === 'refuses') {
    send({ kind: 'load-failed', session, code: 'INVALID_ARGUMENT', message: 'no such model' });
    return;
  }
  const facts = { engine: 'moody', provider: 'cpu', threads: 1, modelBytes: 0, heldBytes: 0 };
  const model = { platform: 'moody', inputs: [], outputs: [], facts, heapBytes: 0 };
  send({ kind: 'loaded', session, model, loadNs: 1 });
}

function run({ session, id, inputs }: RunMessage): void {
  const what = inputs[0]?.name;
  if (what === 'exit') process.exit(7);
  if (what === 'throw') throw new Error('an error nobody caught');
  if (what !== 'hold') send({ kind: 'done', session, id, outputs: inputs, runNs: 5, endedAt: 0, spare: [] });
}

function obey(message: ToWorker): void {
  switch (message.kind) {
    case 'open':
      open(message);
      return;
    case 'run':
      run(message);
      return;
    case 'close':
      send({ kind: 'closed', session: message.session });
      return;
    case 'end':
      parentPort?.close();
  }
}

parentPort?.on('message', (batch: Batch) => batch.forEach(obey));
