import type { Tensor } from '#tensor/tensor.js';
import type { Batch, FromWorker } from '#worker/messages.js';
import type { Parcel } from '#worker/transfer.js';
import type { DeathCause } from './death.js';
import type { WallKind } from './isolation.js';

/** Who hears what comes over a wall. */
export interface WallListener {
  heard(message: FromWorker): void;
  /** Something went wrong that `ended` will follow, which knows less of it. */
  failed(reason: string): void;
  /** What was behind the wall is gone, and nothing comes any more. Once. */
  ended(reason: string, cause: DeathCause): void;
}

/** What stands between the server and the engine loop that runs sessions: it is begun when the wall is made. */
export interface Wall {
  readonly kind: WallKind;
  /** To be called once, in the turn in which the wall was made. */
  listen(listener: WallListener): void;
  /** Makes tensors ready for `post`. */
  pack(tensors: readonly Tensor[]): Parcel;
  /** Throws where something of it cannot be sent, and then nothing was. */
  post(batch: Batch, transfer: readonly ArrayBuffer[]): void;
  /** Ends it at once, in the middle of what it does. Not in native code, where it is a thread: that ends the server. */
  kill(): void;
}
