import type { DataType } from '#tensor/datatype.js';
import type { ModelRef } from './request.js';

/** How the requests of a model meet, in words that printing needs; each is one of Triton's `scheduling_choice`. */
export type Scheduling =
  | { readonly kind: 'none' }
  | { readonly kind: 'batches'; readonly batches: Batches }
  | { readonly kind: 'sequences'; readonly sequences: Sequences }
  | { readonly kind: 'ensemble'; readonly steps: readonly Step[] };

/** Requests are put together. */
export interface Batches {
  readonly preferredRows: readonly number[];
  /** Null where the server finds it out. */
  readonly maxDelayMs: number | null;
  readonly preserveOrdering: boolean;
  readonly priorityLevels: number;
  readonly defaultPriority: number;
  readonly policy: Policy;
  readonly policyOf: Readonly<Record<number, Policy>>;
}

export interface Policy {
  readonly timeoutAction: 'reject' | 'delay';
  readonly defaultTimeoutMs: number | null;
  readonly allowTimeoutOverride: boolean;
  readonly maxSize: number | null;
}

/** Requests that belong together come one after the other. */
export interface Sequences {
  readonly maxIdleMs: number;
  readonly strategy:
    | { readonly kind: 'direct'; readonly maxDelayMs: number; readonly minSlotUtilization: number }
    | {
        readonly kind: 'oldest';
        readonly maxCandidates: number;
        readonly preferredRows: readonly number[];
        readonly maxDelayMs: number;
        readonly preserveOrdering: boolean;
      };
  readonly controls: readonly Control[];
  readonly states: readonly State[];
}

/** An input that says something of a sequence. */
export interface Control {
  readonly name: string;
  readonly kind: 'START' | 'READY' | 'END' | 'CORRID';
  readonly datatype: DataType;
  /** What stands for no and for yes; null for CORRID. */
  readonly falseTrue: readonly [number, number] | null;
}

/** A tensor that one request leaves to the next. */
export interface State {
  readonly inputName: string;
  readonly outputName: string;
  readonly datatype: DataType;
  readonly dims: readonly number[];
  /** Its file by its path, which is not for clients; null: zeros. */
  readonly initial: { readonly dims: readonly number[]; readonly file: string | null } | null;
}

/** One model of an ensemble: its inputs and outputs, each with the ensemble's tensor. */
export interface Step {
  readonly model: ModelRef;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a copy runs before it is ready. */
export interface Warmup {
  readonly name: string;
  readonly batchSize: number;
  readonly count: number;
  readonly inputs: Readonly<Record<string, WarmupTensor>>;
}

export interface WarmupTensor {
  readonly datatype: DataType;
  readonly dims: readonly number[];
  readonly data: 'zero' | 'random' | { readonly file: string };
}
