/** What remote models need of their surroundings. */
export interface StoreOptions {
  /** Where what was downloaded is kept; made when it is first needed. Several servers may share it. */
  readonly cacheFolder: string;
  /** What the folder may hold altogether, in bytes. What is in use is never removed for it. */
  readonly maxCacheBytes: number;
  /** Larger objects are refused before anything of them is downloaded. */
  readonly maxObjectBytes: number;
  /** So many objects may lie below one URL. */
  readonly maxKeys: number;
  /** How often a request that failed for no lasting reason is made again. */
  readonly retries: number;
  /** A transfer without a byte for so long is given up, and begun again where it stood. */
  readonly stallMs: number;
  /** Asks S3 and Google Cloud Storage without credentials, as public buckets allow. */
  readonly anonymous: boolean;
  readonly s3: S3Options;
  /**
   * The variables of this process, of which `HF_TOKEN`, `HF_ENDPOINT`, `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL`,
   * `AWS_ENDPOINT_URL_S3` and `STORAGE_EMULATOR_HOST` are read. The vendors' clients read theirs themselves.
   */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What AWS' own variables and files do not say, or say differently. */
export interface S3Options {
  /** A server other than AWS, such as `https://minio.internal:9000`; null for what `AWS_ENDPOINT_URL` says, or AWS. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** Buckets as the first part of the path; null: with an endpoint of one's own. */
  readonly pathStyle: boolean | null;
  /** Of the AWS configuration files; null for the usual one. */
  readonly profile: string | null;
}

const GIB = 1024 ** 3;

/** Everything but the folder, which the host decides. */
export const DEFAULT_STORE_OPTIONS: Omit<StoreOptions, 'cacheFolder'> = {
  maxCacheBytes: 100 * GIB,
  maxObjectBytes: 50 * GIB,
  maxKeys: 100_000,
  retries: 5,
  stallMs: 30_000,
  anonymous: false,
  s3: { endpoint: null, region: null, pathStyle: null, profile: null },
  environment: {},
};
