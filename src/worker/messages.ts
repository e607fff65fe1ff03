/**
 * All that crosses the wall between the server and its engines. Plain data only; tensors' bytes are moved with their
 * buffers to a thread (see transfer.ts), and written to a process as they lie (see frame.ts).
 */
import type { ModelArtifact, SessionFacts } from '#backend/backend.js';
import type { ModelFormat } from '#backend/identify.js';
import type { LoadOptions } from '#backend/options.js';
import type { ErrorCode } from '#core/errors.js';
import type { LogRecord } from '#core/log.js';
import type { TensorSpec } from '#inference/metadata.js';
import type { Tensor } from '#tensor/tensor.js';

/** What a thread is started with. */
export interface ThreadData {
  /** The engine that it loads before it is asked for a session; null for none. */
  readonly engine: ModelFormat | null;
}

/** What a session is opened with. */
export interface SessionData {
  readonly artifact: ModelArtifact;
  readonly options: LoadOptions;
}

/** Chosen by the sender, never used twice on a thread. */
export type SessionId = number;

export interface OpenMessage {
  readonly kind: 'open';
  readonly session: SessionId;
  readonly data: SessionData;
}

export interface RunMessage {
  readonly kind: 'run';
  readonly session: SessionId;
  /** Chosen by the sender, unique among the runs in flight on this session. */
  readonly id: number;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
}

/** Give the session's memory back. */
export interface CloseMessage {
  readonly kind: 'close';
  readonly session: SessionId;
}

/** All sessions are closed, and none will be opened. */
export interface EndMessage {
  readonly kind: 'end';
}

/** Done in the order in which they were sent, one after the other. */
export type ToWorker = OpenMessage | RunMessage | CloseMessage | EndMessage;

/** What is posted to a worker: a message that crosses costs more than what it says, so those of one moment go together. */
export type Batch = readonly ToWorker[];

/** What a session turned out to be. */
export interface LoadedModel {
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly facts: SessionFacts;
  /**
   * Bytes on the host beside what the session holds: of a thread its own heap, or what that grew by where it had sessions
   * before; of a process all that it has in memory.
   */
  readonly heapBytes: number;
}

export interface DoneAnswer {
  readonly kind: 'done';
  readonly id: number;
  readonly outputs: readonly Tensor[];
  /** Nanoseconds inside the engine. */
  readonly runNs: number;
  /** When the engine was done, by `sharedNow`. */
  readonly endedAt: number;
  /** The memory of the inputs, where it was moved here and is large: for the next ones. */
  readonly spare: readonly ArrayBuffer[];
}

/** What one session answers. */
export type SessionAnswer =
  /** The session is open. Sent once, before anything else, unless loading failed. */
  | { readonly kind: 'loaded'; readonly model: LoadedModel; readonly loadNs: number }
  | { readonly kind: 'load-failed'; readonly code: ErrorCode; readonly message: string }
  | DoneAnswer
  | { readonly kind: 'run-failed'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  /** Its memory has been given back. */
  | { readonly kind: 'closed' };

export type FromWorker =
  | (SessionAnswer & { readonly session: SessionId })
  /** Something the thread had to say. Channels do not cross the wall by themselves. */
  | { readonly kind: 'log'; readonly record: LogRecord };
