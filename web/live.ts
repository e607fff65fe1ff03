import { useEffect, useState } from 'preact/hooks';
import { after, type Live, NOTHING_YET } from './live-state.js';
import type { LiveFrame } from './live-types.js';

export { after, type Live, NOTHING_YET } from './live-state.js';

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
