import type { LiveDevice, LiveFrame, LiveModel, LiveServer } from './live-types.js';

/** What is known of the server now. */
export interface Live {
  /** Whether the stream is open; what is shown is old where it is not. */
  readonly isConnected: boolean;
  /** By the server's clock, milliseconds since 1970; 0 before the first frame. */
  readonly atMs: number;
  readonly server: LiveServer | null;
  readonly models: ReadonlyMap<string, LiveModel>;
  readonly devices: readonly LiveDevice[];
  readonly latencyBoundsMs: readonly number[];
}

export const NOTHING_YET: Live = {
  isConnected: false,
  atMs: 0,
  server: null,
  models: new Map(),
  devices: [],
  latencyBoundsMs: [],
};

/** What is known after one more frame. */
export function after(live: Live, frame: LiveFrame): Live {
  const models = new Map(frame.is_whole ? [] : live.models);
  for (const name of frame.gone_models) models.delete(name);
  for (const model of frame.models) models.set(model.name, model);
  return {
    isConnected: true,
    atMs: frame.at_ms,
    server: frame.server,
    models,
    devices: frame.devices ?? (frame.is_whole ? [] : live.devices),
    latencyBoundsMs: frame.latency_bounds_ms ?? live.latencyBoundsMs,
  };
}
