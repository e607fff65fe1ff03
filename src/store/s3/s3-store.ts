import { Buffer } from 'node:buffer';
import type { _Object, GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { faultOfConnection, faultOfStatus, StoreFault } from '#store/fault.js';
import type { Checksum, ObjectBytes, ObjectStore, StoredObject } from '#store/object-store.js';

type Sdk = typeof import('@aws-sdk/client-s3');

/** A bucket of AWS S3, or of a server that speaks its protocol. */
export class S3Store implements ObjectStore {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(sdk: Sdk, client: S3Client, bucket: string) {
    this.#sdk = sdk;
    this.#client = client;
    this.#bucket = bucket;
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<StoredObject> {
    try {
      const pages = this.#sdk.paginateListObjectsV2(
        { client: this.#client },
        { Bucket: this.#bucket, Prefix: prefix },
        { abortSignal: signal },
      );
      for await (const { Contents = [] } of pages) {
        for (const listed of Contents) {
          if (listed.Key?.endsWith('/')) continue;
          // Some servers list no tags; without one nothing would tell that an object changed.
          yield describe(listed) ?? (await this.stat(listed.Key ?? '', signal));
        }
      }
    } catch (thrown) {
      throw faultOf(thrown, signal);
    }
  }

  async stat(key: string, signal: AbortSignal): Promise<StoredObject> {
    try {
      const command = new this.#sdk.HeadObjectCommand({ Bucket: this.#bucket, Key: key });
      const head = await this.#client.send(command, { abortSignal: signal });
      return {
        key,
        byteLength: head.ContentLength ?? null,
        version: head.ETag ?? '',
        modifiedMs: head.LastModified?.getTime() ?? null,
        checksum: isPlain(head) ? md5Of(head.ETag ?? '') : null,
      };
    } catch (thrown) {
      throw faultOf(thrown, signal);
    }
  }

  async read(object: StoredObject, offset: number, signal: AbortSignal): Promise<ObjectBytes> {
    const { key, version } = object;
    try {
      const command = new this.#sdk.GetObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        ...(version === '' ? {} : { IfMatch: version }),
        ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
        // The client compares it while it reads, whichever it is.
        ChecksumMode: 'ENABLED',
      });
      const got = await this.#client.send(command, { abortSignal: signal });
      // A server may not know conditions.
      const isOther = got.ETag !== version || (lengthOf(got) ?? object.byteLength) !== object.byteLength;
      if (isOther) {
        dismiss(got);
        throw new StoreFault('changed', 'it is another version now');
      }
      return {
        offset: firstByteOf(got),
        bytes: bytesOf(got, signal),
        checksum: sha256Of(got) ?? (isPlain(got) ? object.checksum : null),
      };
    } catch (thrown) {
      throw faultOf(thrown, signal);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

/** Null where the listing does not tell enough. Whether its checksum is one is told when it is read. */
function describe({ Key, Size, ETag, LastModified }: _Object): StoredObject | null {
  if (Key === undefined || ETag === undefined) return null;
  const modifiedMs = LastModified?.getTime() ?? null;
  return { key: Key, byteLength: Size ?? null, version: ETag, modifiedMs, checksum: md5Of(ETag) };
}

interface Encryption {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
}

/** Whether the tag of an object that was put in one piece is the MD5 of its contents: not with keys of KMS or the client's. */
function isPlain({ ServerSideEncryption: encryption, SSECustomerAlgorithm: ownKey }: Encryption): boolean {
  return (encryption === undefined || encryption === 'AES256') && ownKey === undefined;
}

/** An object that was put in several parts has a tag with a hyphen, which is no digest of its contents. */
function md5Of(etag: string): Checksum | null {
  const hex = etag.replaceAll('"', '');
  return /^[0-9a-f]{32}$/.test(hex) ? { algorithm: 'md5', hex } : null;
}

function sha256Of({ ChecksumSHA256: base64, ChecksumType: type }: GetObjectCommandOutput): Checksum | null {
  if (base64 === undefined || type === 'COMPOSITE' || base64.includes('-')) return null;
  return { algorithm: 'sha256', hex: Buffer.from(base64, 'base64').toString('hex') };
}

/** Of the whole object, of which perhaps a part was asked for. */
function lengthOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number | null {
  if (ContentRange === undefined) return ContentLength ?? null;
  const [, total] = /\/(\d+)$/.exec(ContentRange) ?? [];
  return total === undefined ? null : Number(total);
}

function firstByteOf({ ContentRange }: GetObjectCommandOutput): number {
  const [, first = '0'] = /^bytes (\d+)-/.exec(ContentRange ?? '') ?? [];
  return Number(first);
}

async function* bytesOf({ Body }: GetObjectCommandOutput, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (Body === undefined) return;
  try {
    for await (const bytes of Body as AsyncIterable<Uint8Array>) yield bytes;
  } catch (thrown) {
    throw faultOf(thrown, signal);
  }
}

function dismiss({ Body }: GetObjectCommandOutput): void {
  (Body as { destroy?: () => void } | undefined)?.destroy?.();
}

/** What of the client's errors is looked at. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

function faultOf(thrown: unknown, signal: AbortSignal): unknown {
  if (thrown instanceof StoreFault) return thrown;
  if (signal.aborted) return signal.reason;
  const { name, message, $metadata, $response } = thrown as SdkError;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 300) {
    return faultOfStatus(
      status,
      /^Unknown/.test(name) ? '' : name,
      $response?.headers?.['retry-after'] ?? null,
    );
  }
  if (/^Credentials|Token.*Provider/.test(name)) {
    return new StoreFault('denied', `there are no credentials for S3: ${message}`, { cause: thrown });
  }
  if (/^Checksum mismatch/.test(message)) return new StoreFault('damaged', message, { cause: thrown });
  return faultOfConnection(thrown);
}
