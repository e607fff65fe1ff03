import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AtEnd } from './serve.js';

/** What goes wrong with one answer to a GET. */
export interface Mishap {
  /** An answer with this status and nothing else. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** So many bytes come, and then the connection breaks. */
  readonly cutAfter?: number;
  /** So many bytes come, and then nothing. */
  readonly stallAfter?: number;
  /** The object is sent whole whatever part was asked for. */
  readonly ignoresRange?: boolean;
  /** Without a length, so that only its end tells that it is whole. */
  readonly isChunked?: boolean;
  /** Done when so much as is going to come has been sent. */
  readonly afterwards?: () => void;
}

interface Held {
  readonly body: Buffer;
  readonly etag: string | null;
}

/** A web server with files, which answers as such servers do: tags, ranges, conditions. Things go wrong when a test says so. */
export class ObjectServer {
  readonly #objects = new Map<string, Held>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  /** What happens to the next answers to GETs, in their order. */
  readonly mishaps: Mishap[] = [];
  /** `GET /model.onnx bytes=5-`, in the order in which they came. */
  readonly requests: string[] = [];
  /** HEAD is answered with 403, as those who sign URLs for GET do. */
  denyHead = false;
  /** Of the last request. */
  lastHeaders: IncomingMessage['headers'] = {};

  static async start(atEnd: AtEnd): Promise<ObjectServer> {
    const server = new ObjectServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    atEnd(async () => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `etag` null: it has none, nor a time. */
  put(path: string, body: string | Uint8Array, etag: string | null = tagOf(body)): void {
    this.#objects.set(path, { body: Buffer.from(body), etag });
  }

  remove(path: string): void {
    this.#objects.delete(path);
  }

  get gets(): readonly string[] {
    return this.requests.filter((request) => request.startsWith('GET'));
  }

  /** Settles when what was asked for so far is as wanted. */
  async asked(isWanted: (requests: readonly string[]) => boolean): Promise<void> {
    while (!isWanted(this.requests)) await once(this.#server, 'request');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    this.lastHeaders = headers;
    this.requests.push([method, url, headers.range].filter((part) => part !== undefined).join(' '));
    const held = this.#objects.get(url.replace(/\?.*$/, ''));
    const mishap = method === 'GET' ? (this.mishaps.shift() ?? {}) : {};
    if (mishap.status !== undefined) {
      response.writeHead(mishap.status, mishap.headers).end();
      mishap.afterwards?.();
      return;
    }
    if (method === 'HEAD' && this.denyHead) return void response.writeHead(403).end();
    if (held === undefined) return void response.writeHead(404).end();
    const condition = headers['if-match'];
    if (condition !== undefined && condition !== held.etag) return void response.writeHead(412).end();
    this.#send(held, method === 'HEAD', mishap, headers.range, response);
  }

  #send({ body, etag }: Held, isHead: boolean, mishap: Mishap, range = '', response: ServerResponse): void {
    const first = mishap.ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
    const part = body.subarray(first);
    const isPart = first > 0;
    response.writeHead(isPart ? 206 : 200, {
      ...(mishap.isChunked ? {} : { 'content-length': part.length }),
      ...(etag === null ? {} : { etag }),
      ...(isPart ? { 'content-range': `bytes ${first}-${body.length - 1}/${body.length}` } : {}),
      ...mishap.headers,
    });
    if (isHead) return void response.end();
    const { cutAfter, stallAfter, afterwards = () => {} } = mishap;
    const sent = cutAfter ?? stallAfter;
    if (sent === undefined) return void response.end(part, afterwards);
    response.write(part.subarray(0, sent), () => {
      if (cutAfter !== undefined) response.destroy();
      afterwards();
    });
  }
}

function tagOf(body: string | Uint8Array): string {
  return `"${createHash('sha1').update(body).digest('hex')}"`;
}
