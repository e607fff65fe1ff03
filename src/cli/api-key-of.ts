import { KEY_VARIABLE } from './ask-server.js';
import type { OptionValues } from './command-option.js';

/** The key that `--api-key` gives, else `FURIOSA_API_KEY`; undefined for none. */
export function apiKeyOf(
  values: OptionValues,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const given = values['api-key'];
  return (typeof given === 'string' ? given : env[KEY_VARIABLE]?.trim()) || undefined;
}
