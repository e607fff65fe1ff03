import { ServingError } from '#core/errors.js';
import { importClient } from '#store/import-client.js';
import type { StoreOptions } from '#store/options.js';
import type { StoreRoot } from '#store/store-url.js';
import { HfStore } from './hf-store.js';

/**
 * A model repository of the Hugging Face Hub, or of what `HF_ENDPOINT` names, with the token of `HF_TOKEN` where there is one.
 * Throws UNAVAILABLE where the Hub's client is not installed.
 */
export async function openHfStore(
  root: Extract<StoreRoot, { scheme: 'hf' }>,
  { environment }: Pick<StoreOptions, 'environment'>,
): Promise<HfStore> {
  const hub = await importClient('hf', '@huggingface/hub@2', () => import('@huggingface/hub'));
  const token = environment['HF_TOKEN'] ?? '';
  if (token !== '' && !token.startsWith('hf_')) {
    throw new ServingError(
      'UNAVAILABLE',
      'HF_TOKEN is not a token of the Hugging Face Hub: those begin with hf_',
    );
  }
  const hubUrl = (environment['HF_ENDPOINT'] || hub.HUB_URL).replace(/\/+$/, '');
  return new HfStore(hub, root, { hubUrl, ...(token === '' ? {} : { accessToken: token }) });
}
