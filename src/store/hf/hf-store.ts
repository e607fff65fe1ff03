import type { FileDownloadInfoOutput, ListFileEntry } from '@huggingface/hub';
import { StoreFault } from '#store/fault.js';
import type { Checksum, ObjectBytes, ObjectStore, StoredObject } from '#store/object-store.js';
import type { StoreRoot } from '#store/store-url.js';
import { HubFetch } from './hub-fetch.js';

type Hub = typeof import('@huggingface/hub');

export interface HubAccess {
  readonly hubUrl: string;
  readonly accessToken?: string;
}

/**
 * A revision of a model repository of the Hugging Face Hub. A version is what git or LFS call the contents: their SHA-1 with
 * git's header, or their SHA-256.
 */
export class HfStore implements ObjectStore {
  readonly #hub: Hub;
  readonly #access: HubAccess;
  readonly #repo: { readonly type: 'model'; readonly name: string };
  readonly #revision: string;

  constructor(hub: Hub, { repo, revision }: Extract<StoreRoot, { scheme: 'hf' }>, access: HubAccess) {
    this.#hub = hub;
    this.#access = access;
    this.#repo = { type: 'model', name: repo };
    this.#revision = revision;
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<StoredObject> {
    const hubFetch = new HubFetch(signal);
    try {
      const entries = this.#hub.listFiles({
        ...this.#access,
        repo: this.#repo,
        path: encoded(prefix.replace(/\/$/, '')),
        // Here, and only here, the client puts it into the URL as it is.
        revision: encodeURIComponent(this.#revision),
        recursive: true,
        fetch: hubFetch.fetch,
      });
      for await (const entry of entries) if (entry.type === 'file') yield describe(entry);
    } catch (thrown) {
      throw hubFetch.faultOf(thrown);
    }
  }

  async stat(key: string, signal: AbortSignal): Promise<StoredObject> {
    const { size, etag } = await this.#lookAt(key, new HubFetch(signal));
    const version = oidOf(etag);
    return { key, byteLength: size, version, modifiedMs: null, checksum: checksumOf(version) };
  }

  async read(object: StoredObject, offset: number, signal: AbortSignal): Promise<ObjectBytes> {
    const hubFetch = new HubFetch(signal);
    const info = await this.#lookAt(object.key, hubFetch);
    if (oidOf(info.etag) !== object.version || info.size !== object.byteLength) {
      throw new StoreFault('changed', 'it is another version now');
    }
    try {
      const blob = await this.#hub.downloadFile({
        ...this.#request(object.key, hubFetch),
        downloadInfo: info,
        // Parts of plain answers can be asked for, whoever answers.
        xet: false,
      });
      if (blob === null) throw missing();
      const stream = offset === 0 ? blob.stream() : blob.slice(offset).stream();
      return { offset, bytes: hubFetch.bytesOf(stream), checksum: object.checksum };
    } catch (thrown) {
      throw hubFetch.faultOf(thrown);
    }
  }

  /** Connections are Node's, and go by themselves. */
  close(): void {}

  async #lookAt(key: string, hubFetch: HubFetch): Promise<FileDownloadInfoOutput> {
    try {
      const info = await this.#hub.fileDownloadInfo(this.#request(key, hubFetch));
      if (info === null) throw missing();
      return info;
    } catch (thrown) {
      throw hubFetch.faultOf(thrown);
    }
  }

  #request(key: string, { fetch }: HubFetch): Parameters<Hub['fileDownloadInfo']>[0] {
    return { ...this.#access, repo: this.#repo, path: encoded(key), revision: this.#revision, fetch };
  }
}

function missing(): StoreFault {
  return new StoreFault('missing', 'the Hub does not have it');
}

function describe({ path, size, oid = '', lfs, lastCommit }: ListFileEntry): StoredObject {
  const version = lfs?.oid ?? oid;
  // biome-ignore lint/style/noRestrictedGlobals: it reads a time, and does not ask for the present one
  const modifiedMs = lastCommit === undefined ? null : Date.parse(lastCommit.date);
  return { key: path, byteLength: lfs?.size ?? size, version, modifiedMs, checksum: checksumOf(version) };
}

/** Without the quotation marks of a tag, and the mark of a weak one. */
function oidOf(etag: string): string {
  return etag.replace(/^W\//, '').replaceAll('"', '');
}

function checksumOf(oid: string): Checksum | null {
  if (/^[0-9a-f]{64}$/.test(oid)) return { algorithm: 'sha256', hex: oid };
  return /^[0-9a-f]{40}$/.test(oid) ? { algorithm: 'git-blob', hex: oid } : null;
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
