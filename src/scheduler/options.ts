export interface SchedulerOptions {
  /** Tasks that may wait; one more is refused. 0 lets nothing wait. */
  readonly maxQueueSize: number;
}
