/** Stands in for an engine that dies: it does what the path of the model and the name of the first input say. */
import type { FromWorker, OpenMessage, RunMessage, ToWorker } from '#worker/messages.js';

/** A run with this byte in its first input ends the process as a fault in native code would. */
export const POISON = 0x66;

export type Send = (message: FromWorker) => void;

function open({ session, data }: OpenMessage, send: Send): void {
  const { path } = data.artifact;
  if (path === 'dies') process.exit(3);
  if (path === 'hangs') return;
  if (path === 'refuses') {
    send({ kind: 'load-failed', session, code: 'INVALID_ARGUMENT', message: 'no such model' });
    return;
  }
  const facts = { engine: 'moody', provider: 'cpu', threads: 1, modelBytes: 0, heldBytes: 0 };
  const model = { platform: 'moody', inputs: [], outputs: [], facts, heapBytes: 0 };
  send({ kind: 'loaded', session, model, loadNs: 1 });
}

function run({ session, id, inputs }: RunMessage, send: Send): void {
  const what = inputs[0]?.name;
  if (what === 'exit') process.exit(7);
  if (inputs[0]?.data.includes(POISON)) process.abort();
  if (what === 'throw') throw new Error('an error nobody caught');
  if (what !== 'hold') send({ kind: 'done', session, id, outputs: inputs, runNs: 5, endedAt: 0, spare: [] });
}

/** Does what a message says, but for `end`. */
export function obey(message: ToWorker, send: Send): void {
  switch (message.kind) {
    case 'open':
      open(message, send);
      return;
    case 'run':
      run(message, send);
      return;
    case 'close':
      send({ kind: 'closed', session: message.session });
      return;
    case 'end':
  }
}
