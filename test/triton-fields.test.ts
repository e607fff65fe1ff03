import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENGINE_PARAMETERS } from '#config/triton/engine-parameters.js';
import { type MessageType, MODEL_CONFIG } from '#config/triton/message-type.js';
import { UNSUPPORTED } from '#config/triton/unsupported.js';
import { repositoryRoot } from './support/places.js';

const page = readFileSync(join(repositoryRoot, 'docs/triton-repository.md'), 'utf8');

/** Every field, down to those of which nothing is made, with its fate. */
function fatesOf({ fields }: MessageType, path = ''): readonly [field: string, fate: string][] {
  return [...fields.values()].flatMap(({ name, value }): readonly [string, string][] => {
    const field = path === '' ? name : `${path}.${name}`;
    const verdict = UNSUPPORTED[field];
    if (verdict !== undefined) return [[field, FATES[verdict.kind]]];
    if (value.kind === 'message' && value.message.fields.size > 0) return fatesOf(value.message, field);
    return [[field, READ_FATES[field] ?? 'honoured']];
  });
}

const FATES = { ignored: 'warning', idle: 'no effect', refused: 'error' } as const;

/** Read, and yet not honoured. */
const READ_FATES: Readonly<Record<string, string>> = {
  'instance_group.passive': 'warning',
  'sequence_batching.state.initial_state.name': 'no effect',
};

test('docs/triton-repository.md has every field of ModelConfig once, with what becomes of it', () => {
  const documented = [...page.matchAll(/^\| ((?:`[\w.]+` ?)+) \| ([a-z ]+) \|/gm)].flatMap(
    ([, fields = '', fate = '']) => [...fields.matchAll(/`([\w.]+)`/g)].map(([, field]) => [field, fate]),
  );
  const byName = (
    [a = '']: readonly (string | undefined)[],
    [b = '']: readonly (string | undefined)[],
  ): number => (a < b ? -1 : 1);
  assert.deepEqual(documented.sort(byName), [...fatesOf(MODEL_CONFIG)].sort(byName));
});

test('docs/triton-repository.md has every parameter that is honoured', () => {
  for (const key of ENGINE_PARAMETERS) assert.ok(page.includes(`\`${key}\``), key);
});
