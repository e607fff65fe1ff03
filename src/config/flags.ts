import { OPTION_ROWS, type OptionRow } from './option-rows.js';
import type { OptionKey, OptionValues } from './option-values.js';
import type { Schema } from './schema.js';

export const ENV_PREFIX = 'FURIOSA_SERVER_';

export interface Option<K extends OptionKey = OptionKey> {
  readonly key: K;
  /** For instance `--model-path`. */
  readonly flag: string;
  /** For instance `FURIOSA_SERVER_MODEL_PATH`. */
  readonly env: string;
  readonly placeholder: OptionRow<K>['placeholder'];
  readonly choices: readonly string[] | null;
  /** As help prints it; null where help prints none. */
  readonly default: string | null;
  readonly help: string;
  readonly schema: Schema<OptionValues[K]>;
}

/** Every option of the command, once. */
export const OPTIONS: readonly Option[] = Object.keys(OPTION_ROWS).map((key) => optionOf(key as OptionKey));

export function optionOf<K extends OptionKey>(key: K): Option<K> {
  const row = OPTION_ROWS[key];
  const flag = row.flag ?? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return {
    key,
    flag,
    env: `${ENV_PREFIX}${flag.slice(2).replaceAll('-', '_').toUpperCase()}`,
    placeholder: row.placeholder,
    choices: row.choices ?? null,
    default: row.default ?? null,
    help: row.help,
    schema: row.schema,
  };
}

/** What help prints after the flag: `[npu|cpu|cuda]` or `TEXT`. */
export function valueText(option: Option): string {
  return option.choices === null ? option.placeholder : `[${option.choices.join('|')}]`;
}
