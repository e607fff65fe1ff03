import { Buffer } from 'node:buffer';
import { faultOfConnection, faultOfStatus, StoreFault } from '#store/fault.js';
import type { ObjectBytes, ObjectStore, StoredObject } from '#store/object-store.js';
import type { StoreRoot } from '#store/store-url.js';

/** Statuses of servers that would answer a GET: signed URLs are often good for that alone. */
const NO_HEAD: readonly number[] = [400, 403, 405, 501];

/** Single files of a web server. Keys are paths as URLs have them. There is no listing. */
export class HttpsStore implements ObjectStore {
  readonly #root: Extract<StoreRoot, { scheme: 'https' }>;

  constructor(root: Extract<StoreRoot, { scheme: 'https' }>) {
    this.#root = root;
  }

  // biome-ignore lint/correctness/useYield: it cannot list anything
  async *list(): AsyncGenerator<StoredObject> {
    throw new StoreFault('refused', 'a web server does not tell what it has: name each file by its own URL');
  }

  async stat(key: string, signal: AbortSignal): Promise<StoredObject> {
    const head = await this.#ask('HEAD', key, {}, signal);
    if (head.ok) return describe(key, head);
    if (!NO_HEAD.includes(head.status)) throw faultOf(head);
    const got = await this.#ask('GET', key, {}, signal);
    await dismiss(got);
    if (!got.ok) throw faultOf(got);
    return describe(key, got);
  }

  async read(object: StoredObject, offset: number, signal: AbortSignal): Promise<ObjectBytes> {
    const headers = { ...rangeFrom(offset), ...onlyIf(object.version) };
    const response = await this.#ask('GET', object.key, headers, signal);
    const refusal = whyNot(object, offset, response);
    if (refusal !== null) {
      await dismiss(response);
      throw refusal;
    }
    return {
      offset: response.status === 206 ? offset : 0,
      bytes: bytesOf(response),
      checksum: object.checksum,
    };
  }

  /** Connections are Node's, and go by themselves. */
  close(): void {}

  async #ask(
    method: 'HEAD' | 'GET',
    key: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const { origin, query, credentials } = this.#root;
    const authorization =
      credentials === null ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    let response: Response;
    try {
      response = await fetch(`${origin}/${key}${query}`, {
        method,
        headers: { 'accept-encoding': 'identity', ...authorization, ...headers },
        signal,
      });
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      throw faultOfConnection(thrown);
    }
    if (origin.startsWith('https:') && response.url.startsWith('http:')) {
      await dismiss(response);
      throw new StoreFault('refused', 'the server leads away from https to http');
    }
    return response;
  }
}

function rangeFrom(offset: number): Record<string, string> {
  return offset === 0 ? {} : { range: `bytes=${offset}-` };
}

/** Weak tags cannot be asked for (RFC 9110, 13.1.1): what comes is compared instead. */
function onlyIf(version: string): Record<string, string> {
  return version.startsWith('"') ? { 'if-match': version } : {};
}

/** Why an answer does not continue an object, or null where it does. */
function whyNot(object: StoredObject, offset: number, response: Response): StoreFault | null {
  if (!response.ok) return faultOf(response);
  if (isEncoded(response)) return encodedFault(response);
  if (object.version !== '' && versionOf(response) !== object.version) {
    return new StoreFault('changed', 'it is another version now');
  }
  const isPart = response.status === 206;
  const [first, total] = isPart ? contentRangeOf(response) : [0, lengthOf(response)];
  if (isPart && first !== offset) {
    return new StoreFault('refused', `the server was asked for byte ${offset} on and sends others`);
  }
  if (object.byteLength !== null && total !== null && total !== object.byteLength) {
    return new StoreFault('changed', `it has ${total} bytes now and had ${object.byteLength}`);
  }
  return null;
}

function describe(key: string, response: Response): StoredObject {
  if (isEncoded(response)) throw encodedFault(response);
  // biome-ignore lint/style/noRestrictedGlobals: it reads a time, and does not ask for the present one
  const modifiedMs = Date.parse(response.headers.get('last-modified') ?? '');
  return {
    key,
    byteLength: lengthOf(response),
    version: versionOf(response),
    modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
    checksum: null,
  };
}

function versionOf({ headers }: Response): string {
  return headers.get('etag') ?? headers.get('last-modified') ?? '';
}

function lengthOf({ headers }: Response): number | null {
  const text = headers.get('content-length') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The first byte and the whole length of `bytes 5-9/10`. */
function contentRangeOf({ headers }: Response): readonly [first: number, total: number | null] {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  if (match === null) return [-1, null];
  return [Number(match[1]), match[2] === '*' ? null : Number(match[2])];
}

/** What unfolds to any size is not unfolded: the bytes would be others than their length and tag tell. */
function isEncoded({ headers }: Response): boolean {
  return (headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity';
}

function encodedFault({ headers }: Response): StoreFault {
  const encoding = headers.get('content-encoding');
  return new StoreFault(
    'refused',
    `the server sends it with Content-Encoding ${encoding} although it was asked not to`,
  );
}

function faultOf({ status, statusText, headers }: Response): StoreFault {
  return faultOfStatus(status, statusText, headers.get('retry-after'));
}

async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    for await (const bytes of body) yield bytes;
  } catch (thrown) {
    throw faultOfConnection(thrown);
  }
}

/** Lets the connection go without reading the rest. */
async function dismiss({ body }: Response): Promise<void> {
  await body?.cancel().catch(() => {});
}
