import type { DataType } from '#tensor/datatype.js';

/** What was found out about one request that was traced. */
export interface TraceRecord {
  /** From 1, in the order in which requests were taken up. */
  readonly id: number;
  readonly model: { readonly name: string; readonly version: string };
  /** The caller's own name for the request, or null. */
  readonly requestId: string | null;
  /** In the order of time. Empty where only tensors are traced. */
  readonly timestamps: readonly Timestamp[];
  /** Empty where only timestamps are traced. */
  readonly tensors: readonly TracedTensor[];
}

/** When something happened, by Triton's name for it. */
export interface Timestamp {
  readonly name: string;
  /** Nanoseconds on a clock that never goes back; only differences mean something. */
  readonly ns: number;
}

export interface TracedTensor {
  readonly activity: 'TENSOR_QUEUE_INPUT' | 'TENSOR_BACKEND_OUTPUT';
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly byteSize: number;
  /** A copy of its bytes; null where they are too many to be traced. */
  readonly data: Uint8Array | null;
}
