import { apiKey, fetchWithKey } from './api-key.js';

/** How long to wait before the server is asked again. */
const AGAIN_MS = 2000;

export interface EventReader {
  data(text: string): void;
  lost(): void;
}

/**
 * Follows server-sent events until the answered function is called, and connects again by itself. A browser's own
 * EventSource cannot show a key, so where there is one, the events are read from an answer to `fetch`.
 */
export function followEvents(path: string, reader: EventReader): () => void {
  const leaving = new AbortController();
  const follow = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      await (apiKey() === null ? fromEventSource : fromFetch)(path, reader, leaving.signal).catch(() => {});
      if (leaving.signal.aborted) return;
      reader.lost();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  void follow();
  return () => leaving.abort();
}

/** Settles when the browser gives up: where the answer was no stream, for instance because a key is wanted. */
function fromEventSource(path: string, reader: EventReader, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(path);
    const end = (): void => {
      source.close();
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    source.onmessage = (event: MessageEvent<string>) => reader.data(event.data);
    source.onerror = () => {
      reader.lost();
      if (source.readyState !== EventSource.CLOSED) return;
      signal.removeEventListener('abort', end);
      // It does not say why it was refused.
      void fetchWithKey(path, { method: 'HEAD', signal }).then(end, end);
    };
  });
}

async function fromFetch(path: string, reader: EventReader, signal: AbortSignal): Promise<void> {
  const response = await fetchWithKey(path, { signal, headers: { accept: 'text/event-stream' } });
  if (!response.ok || response.body === null) return;
  const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ; ) {
    const { done, value } = await pieces.read();
    if (done) return;
    const events = (text + value).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, data] = /^data: ?(.*)$/m.exec(event) ?? [];
      if (data !== undefined) reader.data(data);
    }
  }
}
