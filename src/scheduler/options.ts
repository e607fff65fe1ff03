/** How requests of one model version are put together and bounded. */
export interface SchedulerOptions {
  readonly batching: BatchingOptions;
  readonly queue: QueueOptions;
}

/** How requests become batches. A batch is counted in rows, not in requests. */
export interface BatchingOptions {
  /** Whether requests are put together at all. */
  readonly isOn: boolean;
  /** Nobody asked for it: it is off after all where the model's rows turn out to depend on each other. */
  readonly isAssumed: boolean;
  /** The most rows of one run; 0 where the model has no batch axis, and then every request runs alone. */
  readonly maxRows: number;
  /** Sizes in rows worth waiting for (Triton's `preferred_batch_size`), ascending; empty for none. */
  readonly preferredRows: readonly number[];
  /** How long a request may wait for others (Triton's `max_queue_delay_microseconds`); null: as long as it pays. */
  readonly maxDelayMs: number | null;
  /** Answers leave in the order in which the requests came. */
  readonly preserveOrdering: boolean;
  /** A request of more than `maxRows` rows is run in parts; otherwise it is refused. */
  readonly splitLarge: boolean;
  /** The only sizes that the model runs at, ascending; a smaller batch is padded. Empty: any size. */
  readonly allowedRows: readonly number[];
  /** Requests whose variable axes differ run together, padded to the longest, and the padding is cut off the answers. */
  readonly padVariableAxes: boolean;
}

/** What becomes of a request that waits (Triton's `ModelQueuePolicy`). */
export interface QueuePolicy {
  /** `delay` lets one that has waited too long wait on, behind all others of its priority. */
  readonly timeoutAction: 'reject' | 'delay';
  /** How long a request may wait that does not say it itself; null: without a bound. */
  readonly defaultTimeoutMs: number | null;
  /** Whether a request may ask for longer than the default; it may always ask for less. */
  readonly allowTimeoutOverride: boolean;
  /** Requests of this priority that may wait; null: as many as the queue holds. */
  readonly maxSize: number | null;
}

export interface QueueOptions {
  /** Requests that may wait; one more is refused. */
  readonly maxSize: number;
  /** Rows that may wait; null: as many as there are in `maxSize` requests. */
  readonly maxRows: number | null;
  /** Bytes of inputs that may wait; null: without a bound of its own. */
  readonly maxBytes: number | null;
  /** Priorities are 1 (the most urgent) to this; 0: requests of all priorities are alike. */
  readonly priorityLevels: number;
  /** The priority of a request that says none, or one that there is not; 0 where there are no levels. */
  readonly defaultPriority: number;
  readonly policy: QueuePolicy;
  /** Of those priorities that have a policy of their own. */
  readonly policyOf: Readonly<Record<number, QueuePolicy>>;
}

export const PLAIN_POLICY: QueuePolicy = {
  timeoutAction: 'reject',
  defaultTimeoutMs: null,
  allowTimeoutOverride: true,
  maxSize: null,
};

/** Requests are put together whenever that pays. */
export const PLAIN_BATCHING: BatchingOptions = {
  isOn: true,
  isAssumed: true,
  maxRows: 0,
  preferredRows: [],
  maxDelayMs: null,
  preserveOrdering: false,
  splitLarge: true,
  allowedRows: [],
  padVariableAxes: false,
};

export const PLAIN_QUEUE: QueueOptions = {
  maxSize: 1024,
  maxRows: null,
  maxBytes: null,
  priorityLevels: 0,
  defaultPriority: 0,
  policy: PLAIN_POLICY,
  policyOf: {},
};
