import { authFile } from './auth-file.js';
import { OPTIONS, type Option, valueText } from './flags.js';
import { modelList } from './model-entry.js';
import type { Key, Schema } from './schema.js';
import { serverFile } from './server-file.js';

/** A Markdown table of the options of `furiosa server`, with the variable of each. */
export function describeOptions(): string {
  const row = (option: Option): readonly string[] => [
    `\`${option.flag} ${valueText(option)}\``,
    `\`${option.env}\``,
    option.default === null ? '' : `\`${option.default.replace(/^LogLevel\./, '')}\``,
    option.help === '' ? 'The least grave lines that are written' : option.help,
  ];
  return table(['Option', 'Environment', 'Default', 'Meaning'], OPTIONS.map(row));
}

/** A Markdown table of the keys of a model list (`--model-config`). */
export function describeModelKeys(): string {
  return describeKeys(modelList);
}

/** A Markdown table of the keys of a server file (`--server-config`). */
export function describeServerKeys(): string {
  return describeKeys(serverFile);
}

/** A Markdown table of the keys of a file about who may do what (`--auth-config`). */
export function describeAuthKeys(): string {
  return describeKeys(authFile);
}

function describeKeys(schema: Schema<unknown>): string {
  return table(['Key', 'Value', 'Default', 'Meaning'], [...rowsOf(schema, '')]);
}

function* rowsOf(schema: Schema<unknown>, path: string): Generator<readonly string[]> {
  if (schema.element) yield* rowsOf(schema.element, `${path}[]`);
  for (const [name, key] of Object.entries(schema.keys ?? {})) {
    const below = path === '' ? name : `${path}.${name}`;
    yield [`\`${below}\``, typeOf(key.schema), defaultOf(key), key.doc];
    yield* rowsOf(key.schema, below);
  }
}

function typeOf({ type, element }: Schema<unknown>): string {
  return element ? `${type} of: ${element.type}` : type;
}

function defaultOf({ required, fallback }: Key<unknown>): string {
  return required ? '**required**' : (fallback ?? '');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
