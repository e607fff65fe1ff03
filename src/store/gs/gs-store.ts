import { Buffer } from 'node:buffer';
import type { FileMetadata, GetFilesOptions, GetFilesResponse, Storage } from '@google-cloud/storage';
import { faultOfConnection, faultOfStatus, StoreFault } from '#store/fault.js';
import { ask, bytesOf, dismiss, placeOf, rangeFrom, whyNotPart } from '#store/http.js';
import type { Checksum, ObjectBytes, ObjectStore, StoredObject } from '#store/object-store.js';
import { orAborted } from '#store/stalls.js';

const PAGE = 1000;

/** A bucket of Google Cloud Storage. A version is a generation, by which it is read: what comes is that one or nothing. */
export class GsStore implements ObjectStore {
  readonly #storage: Storage;
  readonly #bucket: string;
  readonly #isAnonymous: boolean;

  /** `isAnonymous`: the storage is one that sends no credentials. */
  constructor(storage: Storage, bucket: string, isAnonymous: boolean) {
    this.#storage = storage;
    this.#bucket = bucket;
    this.#isAnonymous = isAnonymous;
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<StoredObject> {
    const first: GetFilesOptions = { prefix, autoPaginate: false, maxResults: PAGE };
    for (let query: GetFilesOptions | null = first; query !== null; ) {
      const [files, next]: GetFilesResponse = await this.#ask(
        signal,
        this.#storage.bucket(this.#bucket).getFiles(query),
      );
      for (const { name, metadata } of files) if (!name.endsWith('/')) yield describe(name, metadata);
      query = (next as GetFilesOptions | null | undefined) ?? null;
    }
  }

  async stat(key: string, signal: AbortSignal): Promise<StoredObject> {
    const file = this.#storage.bucket(this.#bucket).file(key);
    const [metadata] = await this.#ask(signal, file.getMetadata());
    return describe(key, metadata);
  }

  /**
   * The client looks after credentials, and Node's own `fetch` reads: the client's streams do not notice when a connection
   * ends too early.
   */
  async read(object: StoredObject, offset: number, signal: AbortSignal): Promise<ObjectBytes> {
    const { key, version, byteLength, checksum } = object;
    const generation = version === '' ? '' : `&generation=${version}`;
    const url = `${this.#storage.baseUrl}/b/${this.#bucket}/o/${encodeURIComponent(key)}?alt=media${generation}`;
    const credentials = await this.#ask(signal, this.#credentialsFor(url));
    const response = await ask(url, { headers: { ...credentials, ...rangeFrom(offset) } }, signal);
    const fault = whyNotPart(response, offset, byteLength) ?? whyOther(object, response);
    if (fault === null) return { offset: placeOf(response)[0], bytes: bytesOf(response), checksum };
    await dismiss(response);
    // The generation was there when it was looked at.
    throw fault.kind === 'missing' ? changed() : fault;
  }

  /** The client's connections go by themselves. */
  close(): void {}

  async #ask<T>(signal: AbortSignal, question: Promise<T>): Promise<T> {
    try {
      return await orAborted(question, signal);
    } catch (thrown) {
      throw signal.aborted ? signal.reason : faultOf(thrown);
    }
  }

  async #credentialsFor(url: string): Promise<Record<string, string>> {
    return this.#isAnonymous ? {} : await this.#storage.authClient.getRequestHeaders(url);
  }
}

/** Google has the generation that was asked for or none; a server that does not know generations says what it sends. */
function whyOther({ version, checksum }: StoredObject, { headers }: Response): StoreFault | null {
  if (headers.get('x-goog-stored-content-encoding') === 'gzip') {
    return new StoreFault('refused', 'it is stored with Content-Encoding gzip: store it as it is');
  }
  const generation = headers.get('x-goog-generation');
  if (generation !== null) return generation === version ? null : changed();
  const [, md5] = /md5=([^,\s]+)/.exec(headers.get('x-goog-hash') ?? '') ?? [];
  const isOther = md5 !== undefined && checksum?.algorithm === 'md5' && hexOf(md5) !== checksum.hex;
  return isOther ? changed() : null;
}

function changed(): StoreFault {
  return new StoreFault('changed', 'it is another version now');
}

function describe(key: string, { size, generation, updated, md5Hash, crc32c }: FileMetadata): StoredObject {
  // biome-ignore lint/style/noRestrictedGlobals: it reads a time, and does not ask for the present one
  const modifiedMs = Date.parse(updated ?? '');
  return {
    key,
    byteLength: size === undefined ? null : Number(size),
    version: generation === undefined ? '' : String(generation),
    modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
    checksum: checksumOf(md5Hash, crc32c),
  };
}

/** Objects that were put together of others have a CRC alone. */
export function checksumOf(md5: string | undefined, crc32c: string | undefined): Checksum | null {
  if (md5 !== undefined) return { algorithm: 'md5', hex: hexOf(md5) };
  return crc32c === undefined ? null : { algorithm: 'crc32c', hex: hexOf(crc32c) };
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function faultOf(thrown: unknown): StoreFault {
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: string };
  if (typeof code === 'number' && code >= 300) return faultOfStatus(code, firstLineOf(message ?? ''));
  if (/default credentials/i.test(message ?? '')) {
    const reason = 'there are no credentials for Google Cloud Storage';
    return new StoreFault('denied', reason, { cause: thrown });
  }
  return faultOfConnection(thrown);
}

/** Some answers are whole pages. */
function firstLineOf(text: string): string {
  return text.split('\n')[0]?.slice(0, 200) ?? '';
}
