import { get, type IncomingMessage } from 'node:http';
import type { AtEnd } from './serve.js';

/** Reads `/v2/live`, one event after the other. */
export interface LiveReader {
  readonly response: IncomingMessage;
  /** The next event as it was sent, with the empty line at its end; null where the stream has ended. */
  next(): Promise<string | null>;
  /** The JSON of the next event that has any. Rejects where the stream has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
  frame(): Promise<any>;
}

export async function readLive(atEnd: AtEnd, port: number): Promise<LiveReader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/v2/live', agent: false }, resolve).on('error', reject);
  });
  atEnd(() => response.destroy());
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
  let read = '';
  const next = async (): Promise<string | null> => {
    for (;;) {
      const at = read.indexOf('\n\n');
      if (at >= 0) {
        const event = read.slice(0, at + 2);
        read = read.slice(at + 2);
        return event;
      }
      const { done, value } = await chunks.next();
      if (done) return null;
      read += value;
    }
  };
  return {
    response,
    next,
    async frame() {
      for (;;) {
        const event = await next();
        if (event === null) throw new Error('the stream has ended');
        if (event.startsWith('data: ')) return JSON.parse(event.slice('data: '.length));
      }
    },
  };
}
