/** Why a connection was refused or ended. */
export const CONNECTION_REASONS = [
  /** There are as many as there may be. */
  'max_connections',
  /** This client has as many as it may have. */
  'client_connections',
  /** More pings or settings than a connection that works has need of. */
  'control_frames',
  /** Calls that were begun and cancelled, faster than anyone has need of. */
  'stream_resets',
  /** The connections of its network have done too much of that, or failed too many handshakes. */
  'misuse',
] as const;

/** Why a request was refused before anything of it was looked at. */
export const REQUEST_REASONS = [
  /** There is no memory for it. */
  'inflight_bytes',
  'client_rate',
  'client_concurrency',
  /** Its body came too slowly. */
  'slow_body',
] as const;

export type ConnectionReason = (typeof CONNECTION_REASONS)[number];
export type RequestReason = (typeof REQUEST_REASONS)[number];

/** How often what was refused at the door. */
export class RefusalCounts {
  readonly #connections = new Map<ConnectionReason, number>(CONNECTION_REASONS.map((each) => [each, 0]));
  readonly #requests = new Map<RequestReason, number>(REQUEST_REASONS.map((each) => [each, 0]));

  connection(reason: ConnectionReason): void {
    this.#connections.set(reason, (this.#connections.get(reason) ?? 0) + 1);
  }

  request(reason: RequestReason): void {
    this.#requests.set(reason, (this.#requests.get(reason) ?? 0) + 1);
  }

  get connections(): ReadonlyMap<ConnectionReason, number> {
    return this.#connections;
  }

  get requests(): ReadonlyMap<RequestReason, number> {
    return this.#requests;
  }
}
