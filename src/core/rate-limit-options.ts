/** How many requests a model, or a client, may make in a time; more are refused. */
export interface RateLimitOptions {
  readonly requestsPerSecond: number;
  /** So many may come at once after a pause. */
  readonly burst: number;
}
