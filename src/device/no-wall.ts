import type { EngineLoop, WorkerLine } from '#worker/engine-loop.js';
import type { ToWorker } from '#worker/messages.js';
import type { Wall, WallListener } from './wall.js';

/**
 * The engine in the server's own thread: nobody has to be woken, which for a model of some tens of microseconds costs more
 * than the model. While it runs, the server does nothing else.
 *
 * @param start makes the loop; a test may bring its own
 */
export function noWall(start: (line: WorkerLine) => Promise<EngineLoop> = startLoop): Wall {
  let listener: WallListener | null = null;
  let isOver = false;
  const end = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    // Later, as from a thread: whoever ends it is not done with its own turn.
    setImmediate(() => listener?.ended(reason, 'crash'));
  };
  const loop = start({
    send: (message) => isOver || listener?.heard(message),
    answer: (facts, outputs) => isOver || listener?.heard({ ...facts, outputs, spare: [] }),
    end: () => end('it was closed'),
    // The server's own memory, which would be here without it.
    newOwnBytes: () => 0,
  });
  // One after the other, as in a thread: an engine may have only one caller at a time.
  let last: Promise<void> = Promise.resolve();
  const handle = async (message: ToWorker): Promise<void> => {
    if (!isOver) await (await loop).handle(message);
  };
  return {
    kind: 'none',
    listen: (heard) => {
      listener = heard;
      loop.catch((error: unknown) => end(`it could not be started: ${String(error)}`));
    },
    pack: (tensors) => ({ tensors, transfer: [] }),
    post: (batch) => {
      for (const message of batch) last = last.then(() => handle(message)).catch(() => {});
    },
    kill: () => end('it was ended'),
  };
}

/** Engines are imported by whoever runs them, and nobody else. */
async function startLoop(line: WorkerLine): Promise<EngineLoop> {
  const { EngineLoop: Loop } = await import('#worker/engine-loop.js');
  return new Loop(line);
}
