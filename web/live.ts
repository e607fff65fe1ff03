import { useEffect, useState } from 'preact/hooks';
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

type Listener = (live: Live) => void;

/** The one stream that the whole page listens to. It connects again by itself. */
class LiveStream {
  #live: Live = NOTHING_YET;
  readonly #listeners = new Set<Listener>();
  #source: EventSource | null = null;

  get live(): Live {
    return this.#live;
  }

  /** Open as long as somebody listens. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#source === null) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#source?.close();
      this.#source = null;
    };
  }

  #open(): void {
    const source = new EventSource('/v2/live');
    this.#source = source;
    source.onmessage = (event: MessageEvent<string>) =>
      this.#tell(after(this.#live, JSON.parse(event.data) as LiveFrame));
    source.onerror = () => {
      this.#tell({ ...this.#live, isConnected: false });
      // A browser gives up where the answer was no stream, for instance from a proxy before a server that is away.
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      setTimeout(() => {
        if (this.#source === source) this.#open();
      }, 2000);
    };
  }

  #tell(live: Live): void {
    this.#live = live;
    for (const listener of [...this.#listeners]) listener(live);
  }
}

export const liveStream: LiveStream = new LiveStream();

/** What is known now; the component is drawn again with every frame. */
export function useLive(): Live {
  const [live, setLive] = useState(liveStream.live);
  useEffect(() => liveStream.listen(setLive), []);
  return live;
}
