import { messageOf } from '#core/errors.js';
import type { FromWorker } from '#worker/messages.js';
import { pack } from '#worker/transfer.js';
import { startThread, threadAhead, WORKER_ENTRY } from './thread-ahead.js';
import type { Wall } from './wall.js';

/**
 * An engine thread, the one that was started ahead or a new one: tensors are moved to it, and memory is shared out. What ends the process ends it too.
 *
 * @param entry the file that the thread runs; a test may bring its own.
 */
export function threadWall(entry: URL = WORKER_ENTRY): Wall {
  const worker = (entry === WORKER_ENTRY ? threadAhead.take() : null) ?? startThread(entry);
  return {
    kind: 'thread',
    listen({ heard, failed, ended }) {
      worker.on('message', (message: FromWorker) => heard(message));
      // A message that cannot be read may have been an answer: whoever waits for it must not wait for ever.
      worker.on('messageerror', (error) => {
        failed(messageOf(error));
        void worker.terminate();
      });
      worker.on('error', (error) => failed(messageOf(error)));
      worker.on('exit', (status) => ended(`it ended with status ${status}`, 'crash'));
    },
    pack,
    post: (batch, transfer) => worker.postMessage(batch, transfer),
    kill: () => void worker.terminate(),
  };
}
