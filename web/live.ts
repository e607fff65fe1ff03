import { useEffect, useState } from 'preact/hooks';
import { followEvents } from './event-stream.js';
import { after, type Live, NOTHING_YET } from './live-state.js';
import type { LiveFrame } from './live-types.js';

export { after, type Live, NOTHING_YET } from './live-state.js';

type Listener = (live: Live) => void;

/** The one stream that the whole page listens to. It connects again by itself. */
class LiveStream {
  #live: Live = NOTHING_YET;
  readonly #listeners = new Set<Listener>();
  #stop: (() => void) | null = null;

  get live(): Live {
    return this.#live;
  }

  /** Open as long as somebody listens. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #open(): () => void {
    return followEvents('/v2/live', {
      data: (text) => this.#tell(after(this.#live, JSON.parse(text) as LiveFrame)),
      lost: () => this.#tell({ ...this.#live, isConnected: false }),
    });
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
