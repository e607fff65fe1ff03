import type { DataType } from '#tensor/datatype.js';

/** How requests that belong together are served one after the other (Triton's `sequence_batching`). */
export interface SequenceOptions {
  /** A sequence that sends nothing for so long is over. */
  readonly maxIdleMs: number;
  readonly strategy: SequenceStrategy;
  readonly controls: readonly SequenceControl[];
  readonly states: readonly SequenceState[];
}

export type SequenceStrategy =
  /** Every sequence has a slot of its own for as long as it lasts. */
  | { readonly kind: 'direct'; readonly maxDelayMs: number; readonly minSlotUtilization: number }
  /** At most so many sequences are served at a time, the oldest first. */
  | {
      readonly kind: 'oldest';
      readonly maxCandidates: number;
      readonly preferredRows: readonly number[];
      readonly maxDelayMs: number;
      readonly preserveOrdering: boolean;
    };

export const SEQUENCE_CONTROLS = ['START', 'READY', 'END', 'CORRID'] as const;

/** An input that the server fills in: what it says, and by which values. */
export interface SequenceControl {
  /** Of the model's input. */
  readonly name: string;
  readonly kind: (typeof SEQUENCE_CONTROLS)[number];
  readonly datatype: DataType;
  /** What stands for no and for yes; null for CORRID. */
  readonly falseTrue: readonly [number, number] | null;
}

/** A tensor that one request of a sequence leaves to the next (Triton's implicit state). */
export interface SequenceState {
  readonly inputName: string;
  readonly outputName: string;
  readonly datatype: DataType;
  /** Without the batch axis; -1 where it may change from request to request. */
  readonly dims: readonly number[];
  /** What the first request finds: zeros, or what stands in a file; null: zeros. */
  readonly initial: { readonly dims: readonly number[]; readonly file: string | null } | null;
}
