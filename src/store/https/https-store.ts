import { Buffer } from 'node:buffer';
import { StoreFault } from '#store/fault.js';
import {
  ask,
  bytesOf,
  dismiss,
  faultOfAnswer,
  faultOfEncoding,
  lengthOf,
  placeOf,
  rangeFrom,
  whyNotPart,
} from '#store/http.js';
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
    if (!NO_HEAD.includes(head.status)) throw faultOfAnswer(head);
    const got = await this.#ask('GET', key, {}, signal);
    await dismiss(got);
    if (!got.ok) throw faultOfAnswer(got);
    return describe(key, got);
  }

  async read(object: StoredObject, offset: number, signal: AbortSignal): Promise<ObjectBytes> {
    const { key, version, byteLength, checksum } = object;
    const response = await this.#ask('GET', key, { ...rangeFrom(offset), ...onlyIf(version) }, signal);
    const fault = whyNotPart(response, offset, byteLength) ?? whyOther(response, version);
    if (fault !== null) {
      await dismiss(response);
      throw fault;
    }
    return { offset: placeOf(response)[0], bytes: bytesOf(response), checksum };
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
    return await ask(
      `${origin}/${key}${query}`,
      { method, headers: { ...authorization, ...headers } },
      signal,
    );
  }
}

/** Weak tags cannot be asked for (RFC 9110, 13.1.1): what comes is compared instead. */
function onlyIf(version: string): Readonly<Record<string, string>> {
  return version.startsWith('"') ? { 'if-match': version } : {};
}

function whyOther(response: Response, version: string): StoreFault | null {
  const isSame = version === '' || versionOf(response) === version;
  return isSame ? null : new StoreFault('changed', 'it is another version now');
}

function describe(key: string, response: Response): StoredObject {
  const fault = faultOfEncoding(response);
  if (fault !== null) throw fault;
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
