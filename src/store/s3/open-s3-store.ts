import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { importClient } from '#store/import-client.js';
import type { StoreOptions } from '#store/options.js';
import type { StoreRoot } from '#store/store-url.js';
import { S3Store } from './s3-store.js';

/** Where nothing else is said. AWS leads from there to where a bucket is, and other servers do not care. */
const USUAL_REGION = 'us-east-1';

/**
 * A bucket, through the client of AWS. Credentials, region and endpoint come from where that client looks for them:
 * variables, configuration files, the roles of machines and pods. Throws UNAVAILABLE where the client is not installed.
 */
export async function openS3Store(
  { endpoint, bucket }: Extract<StoreRoot, { scheme: 's3' }>,
  options: Pick<StoreOptions, 's3' | 'anonymous' | 'environment'>,
): Promise<S3Store> {
  const sdk = await importClient('s3', '@aws-sdk/client-s3@3', () => import('@aws-sdk/client-s3'));
  const config = configOf(endpoint, options);
  const client = new sdk.S3Client(config);
  if (await hasRegion(client)) return new S3Store(sdk, client, bucket);
  client.destroy();
  return new S3Store(sdk, new sdk.S3Client({ ...config, region: USUAL_REGION }), bucket);
}

/** What of the client's configuration differs from what it finds by itself. */
export function configOf(
  endpoint: string | null,
  { s3, anonymous, environment }: Pick<StoreOptions, 's3' | 'anonymous' | 'environment'>,
): S3ClientConfig {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = environment;
  const region = s3.region ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? null;
  const ownEndpoint = endpoint ?? s3.endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL ?? null;
  return {
    // Tries are counted in one place, which is not there.
    maxAttempts: 1,
    followRegionRedirects: true,
    // Servers other than AWS seldom have a name for each bucket.
    forcePathStyle: s3.pathStyle ?? ownEndpoint !== null,
    ...(ownEndpoint === null ? {} : { endpoint: ownEndpoint }),
    ...(region === null ? {} : { region }),
    ...(s3.profile === null ? {} : { profile: s3.profile }),
    ...(anonymous ? UNSIGNED : {}),
  };
}

/** Requests of nobody in particular. */
const UNSIGNED: Pick<S3ClientConfig, 'credentials' | 'signer'> = {
  credentials: { accessKeyId: '', secretAccessKey: '' },
  signer: { sign: async (request) => request },
};

async function hasRegion(client: S3Client): Promise<boolean> {
  try {
    return (await client.config.region()) !== '';
  } catch {
    return false;
  }
}
