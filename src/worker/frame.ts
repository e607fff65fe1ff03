import { deserialize, serialize } from 'node:v8';
import { spareBuffers } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';
import type { FromWorker, ToWorker } from './messages.js';

/**
 * A message on a pipe: the tensors' bytes follow it as they lie, so that they are copied by the system only.
 *
 *   length of the head, 4 bytes, little endian | head: v8.serialize | bytes of the first tensor | of the second | …
 */
interface Head<Message> {
  /** Its tensors have no bytes. */
  readonly message: Message;
  /** Bytes of each of its tensors. */
  readonly lengths: readonly number[];
}

const PREFIX_BYTES = 4;
const NOTHING = new Uint8Array(0);
/** Pieces smaller than that go as one: to copy them costs less than to send them apart. */
const SMALL_BYTES = 16 * 1024;

/** The pieces to be written one after the other. Large tensors are not copied: their bytes must stay until they are written. */
export function framePieces(message: ToWorker | FromWorker): readonly Uint8Array[] {
  const tensors = tensorsOf(message);
  const lengths = tensors.map(({ data }) => data.byteLength);
  const bare = withTensors(
    message,
    tensors.map((tensor) => ({ ...tensor, data: NOTHING })),
  );
  const head = serialize({ message: bare, lengths } satisfies Head<ToWorker | FromWorker>);
  const prefix = new Uint8Array(PREFIX_BYTES);
  viewOf(prefix).setUint32(0, head.byteLength, true);
  return joinSmall([prefix, head, ...tensors.map(({ data }) => data)]);
}

/** Puts a frame together out of what arrives. `space` is to be filled, and `filled` told by how much. */
export class FrameReader<Message extends ToWorker | FromWorker> {
  #space = new Uint8Array(PREFIX_BYTES);
  #filled = 0;
  #part: 'prefix' | 'head' | 'tensors' = 'prefix';
  #head: Head<Message> | null = null;
  #bodies: Uint8Array[] = [];

  /** What is still missing of the piece that arrives; never empty. */
  get space(): Uint8Array {
    return this.#space.subarray(this.#filled);
  }

  /** So many bytes of `space` have been filled. Answers the message once it is whole, else null. */
  filled(byteLength: number): Message | null {
    this.#filled += byteLength;
    if (this.#filled < this.#space.byteLength) return null;
    const piece = this.#space;
    switch (this.#part) {
      case 'prefix':
        this.#expect('head', viewOf(piece).getUint32(0, true));
        return null;
      case 'head':
        this.#head = deserialize(piece);
        break;
      case 'tensors':
        this.#bodies.push(piece);
    }
    return this.#next();
  }

  /** The message where all of its tensors are there; else waits for the next. */
  #next(): Message | null {
    const { message, lengths } = this.#head as Head<Message>;
    // A tensor without bytes is there at once.
    while (lengths[this.#bodies.length] === 0) this.#bodies.push(NOTHING);
    const length = lengths[this.#bodies.length];
    if (length !== undefined) {
      this.#expect('tensors', length);
      return null;
    }
    const bodies = this.#bodies;
    this.#head = null;
    this.#bodies = [];
    this.#expect('prefix', PREFIX_BYTES);
    const tensors = tensorsOf(message).map((tensor, i) => ({ ...tensor, data: bodies[i] ?? NOTHING }));
    return withTensors(message, tensors);
  }

  #expect(part: 'prefix' | 'head' | 'tensors', byteLength: number): void {
    this.#part = part;
    this.#filled = 0;
    const spare = spareBuffers.take(byteLength);
    // In a buffer of its own: engines look at it as at numbers of four or eight bytes, which must lie even.
    this.#space = spare === null ? new Uint8Array(byteLength) : new Uint8Array(spare).subarray(0, byteLength);
  }
}

function tensorsOf(message: ToWorker | FromWorker): readonly Tensor[] {
  if (message.kind === 'run') return message.inputs;
  return message.kind === 'done' ? message.outputs : [];
}

function withTensors<Message extends ToWorker | FromWorker>(
  message: Message,
  tensors: readonly Tensor[],
): Message {
  if (message.kind === 'run') return { ...message, inputs: tensors };
  return message.kind === 'done' ? { ...message, outputs: tensors } : message;
}

/** Small neighbours are joined. */
function joinSmall(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const flush = (): void => {
    if (small.length > 0) joined.push(small.length === 1 ? (small[0] as Uint8Array) : concat(small));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.byteLength < SMALL_BYTES) {
      small.push(piece);
    } else {
      flush();
      joined.push(piece);
    }
  }
  flush();
  return joined;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
