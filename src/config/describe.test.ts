import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeSettings } from './compose.js';
import { describeModelKeys, describeOptions, describeServerKeys } from './describe.js';
import { OPTIONS } from './flags.js';
import { readOptions } from './given.js';
import type { ConfigNode } from './node.js';
import type { Flags } from './option-values.js';
import { filePlace } from './problem.js';
import { Report } from './report.js';
import type { Keys, Schema } from './schema.js';
import { EMPTY_SERVER_FILE, type ServerFile, serverFile } from './server-file.js';

function settingsOf(flags: Flags, file: ServerFile): unknown {
  const given = readOptions(flags, {}, new Report());
  return composeSettings({
    given,
    file,
    policy: null,
    fileFolder: '/etc',
    cwd: '/',
    productVersion: '1',
    env: {},
  });
}

const nobody = settingsOf({}, EMPTY_SERVER_FILE);

test('the defaults that help prints are the ones that count', () => {
  const flags = Object.fromEntries(
    OPTIONS.filter((option) => option.default !== null).map((option) => [
      option.key,
      (option.default ?? '').replace('LogLevel.', ''),
    ]),
  );
  assert.deepEqual(settingsOf(flags, EMPTY_SERVER_FILE), nobody);
});

/** A file that says every default that is documented as a plain value. */
function defaultsOf(keys: Keys): ConfigNode {
  const entries = Object.entries(keys).flatMap(([name, { schema, fallback }]) => {
    const value = nodeOf(schema, fallback);
    return value === null ? [] : [[name, { key: value, value }] as const];
  });
  return { kind: 'map', entries: new Map(entries), line: 1, column: 1 };
}

function nodeOf(schema: Schema<unknown>, fallback: string | null): ConfigNode | null {
  const at = { line: 1, column: 1 };
  if (schema.keys) return defaultsOf(schema.keys);
  if (fallback === '[]') return { kind: 'list', items: [], ...at };
  return fallback === null || fallback.includes("'") ? null : { kind: 'scalar', text: fallback, ...at };
}

test('the defaults that the table of server keys prints are the ones that count', () => {
  const report = new Report();
  const file = serverFile.read({ node: defaultsOf(serverFile.keys ?? {}), place: filePlace('f') }, report);
  report.throwIfAny();
  assert.ok(file?.serverName === 'furiosa-server' && file.maxQueueSize !== null);
  assert.deepEqual(settingsOf({}, file), nobody);
});

test('the tables have a row for each option and key', () => {
  for (const { flag, env } of OPTIONS) {
    assert.match(describeOptions(), new RegExp(`^\\| \`${flag} .*\` \\| \`${env}\` \\|`, 'm'));
  }
  assert.match(
    describeModelKeys(),
    /^\| `model_config_list\[\]\.name` \| a model name \| \*\*required\*\* \|/m,
  );
  assert.match(describeModelKeys(), /^\| `model_config_list\[\]\.engine\.session_config` \|/m);
  assert.match(describeModelKeys(), /^\| `model_config_list\[\]\.inputs\[\]\.datatype` \|/m);
  assert.match(
    describeServerKeys(),
    /^\| `rest_server_config\.port` \| an integer from 0 to 65535 \| 8080 \|/m,
  );
});

test('every line of a table has as many cells as its head', () => {
  for (const table of [describeOptions(), describeModelKeys(), describeServerKeys()]) {
    const cells = table
      .trimEnd()
      .split('\n')
      .map((line) => line.replaceAll('\\|', '').split('|').length);
    assert.deepEqual(new Set(cells), new Set([6]));
  }
});
