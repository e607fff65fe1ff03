import { spawn } from 'node:child_process';
import { execPath } from 'node:process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ServingError } from '#core/errors.js';
import { FrameReader, framePieces } from '#worker/frame.js';
import type { FromWorker } from '#worker/messages.js';
import { deathCause, processDeath } from './process-death.js';
import type { Wall } from './wall.js';

const PROCESS_ENTRY = new URL(import.meta.resolve('#worker/process-main.js'));

/** As the server's own: V8's helper threads would take CPU time from the engine. */
const NODE_OPTIONS = ['--v8-pool-size=1', '--single-threaded-gc'];

/**
 * Starts an engine process: tensors are written to a pipe and read from it. However it ends, the server does not. It has a
 * session of its own with the system, so that a terminal's Ctrl-C goes to the server alone.
 *
 * @param title its name in lists of processes
 * @param entry the file that the process runs; a test may bring its own.
 */
export function processWall(title: string, entry: URL = PROCESS_ENTRY): Wall {
  const child = spawn(execPath, [...NODE_OPTIONS, fileURLToPath(entry), title], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
    detached: true,
  });
  const [, , , pipe, lifeline] = child.stdio as unknown as readonly (Duplex | undefined)[];
  // A process that could not be started has no pipes.
  // What cannot be written will not be answered: that the process is gone is told by its end.
  pipe?.on('error', () => {});
  lifeline?.on('error', () => {});
  lifeline?.resume();
  return {
    kind: 'process',
    listen({ heard, failed, ended }) {
      const reader = new FrameReader<FromWorker>();
      pipe?.on('data', (chunk: Uint8Array) => {
        for (const message of messagesIn(chunk, reader)) heard(message);
      });
      child.once('error', (error) => {
        failed(`it could not be started: ${error.message}`);
        if (child.pid === undefined) ended('it could not be started', 'crash');
      });
      // Not `exit`: what the process had answered before may still be on its way.
      child.once('close', (status, signal) => ended(processDeath(status, signal), deathCause(signal)));
    },
    // What is written stays as it is, so that it can be run again elsewhere.
    pack: (tensors) => ({ tensors, transfer: [] }),
    post(batch) {
      if (pipe === undefined) throw new ServingError('INTERNAL', 'the engine process could not be started');
      pipe.cork();
      for (const piece of batch.flatMap(framePieces)) pipe.write(piece);
      pipe.uncork();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function* messagesIn(chunk: Uint8Array, reader: FrameReader<FromWorker>): Generator<FromWorker> {
  for (let at = 0; at < chunk.byteLength; ) {
    const { space } = reader;
    const part = chunk.subarray(at, at + space.byteLength);
    space.set(part);
    at += part.byteLength;
    const message = reader.filled(part.byteLength);
    if (message !== null) yield message;
  }
}
