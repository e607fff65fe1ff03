import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AtEnd } from './serve.js';

/** So few entries to a page, for there to be several. */
const PAGE = 2;

/**
 * The two things that the Hugging Face Hub is asked for, as it answers them: the tree of a revision, in pages, and the
 * contents of a file, by ranges. Large files are LFS's, with the SHA-256 as their tag; others are git's, with their SHA-1.
 */
export class FalseHub {
  readonly #files = new Map<string, { readonly body: Buffer; readonly isLarge: boolean }>();
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #model: string;
  readonly requests: string[] = [];
  /** The next contents of a file break after so many bytes; then this is done. */
  breakAfter: { readonly bytes: number; readonly afterwards: () => void } | null = null;
  lastAuthorization = '';

  private constructor(model: string) {
    this.#model = model;
  }

  static async start(model: string, atEnd: AtEnd): Promise<FalseHub> {
    const hub = new FalseHub(model);
    hub.#server.listen(0, '127.0.0.1');
    await once(hub.#server, 'listening');
    atEnd(async () => {
      hub.#server.closeAllConnections();
      hub.#server.close();
    });
    return hub;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(path: string, body: string | Uint8Array, isLarge = false): void {
    this.#files.set(path, { body: Buffer.from(body), isLarge });
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    this.lastAuthorization = headers.authorization ?? '';
    const { pathname, searchParams } = new URL(url, this.origin);
    const tree = new RegExp(`^/api/models/${this.#model}/tree/([^/]+)/?(.*)$`).exec(pathname);
    if (tree !== null) {
      this.#sendTree(tree[1] ?? '', decodeURIComponent(tree[2] ?? ''), searchParams, response);
      return;
    }
    const file = new RegExp(`^/${this.#model}/resolve/([^/]+)/(.+)$`).exec(pathname);
    if (file !== null) {
      this.#sendFile(decodeURIComponent(file[2] ?? ''), headers.range, response);
      return;
    }
    response
      .writeHead(404, { 'x-error-code': 'RepoNotFound', 'x-error-message': 'Repository not found' })
      .end();
  }

  #sendTree(revision: string, folder: string, params: URLSearchParams, response: ServerResponse): void {
    const prefix = folder === '' ? '' : `${folder}/`;
    const paths = [...this.#files.keys()].filter((path) => path.startsWith(prefix)).sort();
    const first = Number(params.get('cursor') ?? 0);
    const page = paths.slice(first, first + PAGE).map((path) => this.#entry(path));
    const isLast = first + PAGE >= paths.length;
    const next = `${this.origin}/api/models/${this.#model}/tree/${revision}/${folder}?recursive=true&cursor=${first + PAGE}`;
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(isLast ? {} : { link: `<${next}>; rel="next"` }),
    });
    response.end(JSON.stringify([{ type: 'directory', path: 'a-folder', oid: '0', size: 0 }, ...page]));
  }

  #entry(path: string): object {
    const { body, isLarge } = this.#held(path);
    const lfs = { oid: sha256(body), size: body.length, pointerSize: 134 };
    return { type: 'file', path, size: body.length, oid: gitSha1(body), ...(isLarge ? { lfs } : {}) };
  }

  #sendFile(path: string, range: string | undefined, response: ServerResponse): void {
    if (!this.#files.has(path)) {
      response
        .writeHead(404, { 'x-error-code': 'EntryNotFound', 'x-error-message': 'Entry not found' })
        .end();
      return;
    }
    const { body, isLarge } = this.#held(path);
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    const part = range === undefined ? body : body.subarray(Number(first), Number(last) + 1);
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': part.length,
      etag: `"${isLarge ? sha256(body) : gitSha1(body)}"`,
      ...(range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${body.length}` }),
    });
    const broken = part.length > 1 ? this.breakAfter : null;
    if (broken === null) return void response.end(part);
    this.breakAfter = null;
    response.write(part.subarray(0, broken.bytes), () => {
      broken.afterwards();
      response.destroy();
    });
  }

  #held(path: string): { readonly body: Buffer; readonly isLarge: boolean } {
    return this.#files.get(path) ?? { body: Buffer.alloc(0), isLarge: false };
  }
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function gitSha1(body: Buffer): string {
  return createHash('sha1').update(`blob ${body.length}\0`).update(body).digest('hex');
}
