/** One object of a store, as a listing or a look at it told. */
export interface StoredObject {
  /** Below the bucket or repository; of a `listTree`, below the URL that was listed. */
  readonly key: string;
  /** Null where the store does not say. */
  readonly byteLength: number | null;
  /** Another one whenever the contents are others: an entity tag, a generation; empty where the store tells none. */
  readonly version: string;
  /** Milliseconds since 1970; null where the store does not say. */
  readonly modifiedMs: number | null;
  /** What its contents should come to. */
  readonly checksum: Checksum | null;
}

/** `git-blob` is SHA-1 over git's header and the contents. */
export type ChecksumAlgorithm = 'sha256' | 'md5' | 'crc32c' | 'git-blob';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** In lower-case hexadecimal digits. */
  readonly hex: string;
}

/** The contents of an object from some byte to its end. */
export interface ObjectBytes {
  /** Which byte they begin with: the one asked for, or 0 where the store cannot begin elsewhere. */
  readonly offset: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** As the store tells it now, which is better than what a listing told. */
  readonly checksum: Checksum | null;
}

/** Where objects come from: one bucket, repository or host. Whatever goes wrong is a `StoreFault`. */
export interface ObjectStore {
  /** Every object whose key begins with `prefix`, whole pages at a time. Names of folders are left out. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject>;
  /** One object. Fault `missing` where there is none. */
  stat(key: string, signal: AbortSignal): Promise<StoredObject>;
  /** Its contents from `offset`. Fault `changed` where it is not the version any more that `object` tells. */
  read(object: StoredObject, offset: number, signal: AbortSignal): Promise<ObjectBytes>;
  /** Lets its connections go. */
  close(): void;
}
