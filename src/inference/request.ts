import type { Tensor } from '#tensor/tensor.js';

/** Which model is meant. Without a version the server chooses. */
export interface ModelRef {
  readonly name: string;
  readonly version: string | null;
}

export type ParameterValue = string | number | bigint | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** An output that a request asks for. */
export interface RequestedOutput {
  readonly name: string;
  /** Not the tensor but so many of its largest elements, as text (Triton's classification); 0 for the tensor. */
  readonly classes: number;
}

/** What a request says of when it is to run (Triton's `schedule_policy`). */
export interface Schedule {
  /** 1 is the most urgent; 0 leaves it to the model. */
  readonly priority: number;
  /** How long the answer may take, counted from when the request was read; 0: no bound of its own. */
  readonly timeoutUs: number;
}

export const NO_SCHEDULE: Schedule = { priority: 0, timeoutUs: 0 };

/** Which sequence a request belongs to, and where in it (Triton's `sequence` extension). */
export interface SequenceRef {
  /** Not 0 and not empty. */
  readonly id: bigint | string;
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

export interface InferenceRequest {
  /** The caller's own name for the request, or null. */
  readonly id: string | null;
  readonly model: ModelRef;
  readonly inputs: readonly Tensor[];
  /** The outputs that are wanted, in that order. */
  readonly outputs: readonly RequestedOutput[] | 'all';
  readonly parameters: Parameters;
  readonly schedule: Schedule;
  /** Null where it stands for itself. */
  readonly sequence: SequenceRef | null;
}
