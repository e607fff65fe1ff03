import { readSync, writeSync } from 'node:fs';
import { spareBuffers } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';
import type { DoneFacts, WorkerLine } from './engine-loop.js';
import { FrameReader, framePieces } from './frame.js';
import type { FromWorker, ToWorker } from './messages.js';
import { spareOf } from './spare-of.js';

/** A process's files beside the three that all have. */
export const PIPE_FD = 3;
/** Nothing is ever said on it: it ends when the server does. */
export const LIFELINE_FD = 4;

/**
 * The pipe between an engine process and its server, from the process's side. It reads and writes while nothing else
 * happens, which costs less than to be told when it can: a process has nothing else to do than what it is asked.
 */
export class Pipe {
  readonly #fd: number;
  readonly #reader = new FrameReader<ToWorker>();

  constructor(fd: number = PIPE_FD) {
    this.#fd = fd;
  }

  /** The next message; null where there will be none, because the server is gone. */
  receive(): ToWorker | null {
    for (;;) {
      const byteLength = readSync(this.#fd, this.#reader.space);
      if (byteLength === 0) return null;
      const message = this.#reader.filled(byteLength);
      if (message !== null) return message;
    }
  }

  /** Throws EPIPE where the server is gone. */
  send(message: FromWorker): void {
    for (const piece of framePieces(message)) {
      for (let at = 0; at < piece.byteLength; ) at += writeSync(this.#fd, piece, at);
    }
  }
}

/** The way back over a pipe. Large buffers stay here, for the next inputs. */
export class PipeLine implements WorkerLine {
  readonly #pipe: Pipe;
  readonly #residentBytes: () => number;
  readonly #onEnd: () => void;

  /** @param residentBytes what the whole process has in memory. */
  constructor(pipe: Pipe, residentBytes: () => number, onEnd: () => void) {
    this.#pipe = pipe;
    this.#residentBytes = residentBytes;
    this.#onEnd = onEnd;
  }

  send(message: FromWorker): void {
    this.#pipe.send(message);
  }

  answer(facts: DoneFacts, outputs: readonly Tensor[], inputs: readonly Tensor[]): void {
    this.#pipe.send({ ...facts, outputs, spare: [] });
    const taken = outputs.map(({ data }) => data.buffer);
    for (const buffer of spareOf(inputs, taken)) spareBuffers.give(buffer);
  }

  end(): void {
    this.#onEnd();
  }

  newOwnBytes(heldBytes: number): number {
    return Math.max(0, this.#residentBytes() - heldBytes);
  }
}
