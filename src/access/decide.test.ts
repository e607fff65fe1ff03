import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiCategory } from '#core/api-category.js';
import { type Decision, decide } from './decide.js';

const RULES = {
  anonymous: [{ allow: ['health'] as const, models: ['*'] }],
  roles: {
    runner: [{ allow: ['inference', 'metadata'] as const, models: ['team-a-*', 'shared'] }],
    keeper: [{ allow: ['model-repository', 'trace', 'configuration'] as const, models: ['*'] }],
    both: [
      { allow: ['inference'] as const, models: ['x'] },
      { allow: ['statistics'] as const, models: ['y'] },
    ],
    constructor: [],
  },
};

type Row = [
  roles: readonly string[] | null,
  category: ApiCategory,
  model: string | null | undefined,
  decision: Decision,
];

const ROWS: readonly Row[] = [
  [null, 'health', undefined, 'allow'],
  [null, 'health', 'secret', 'allow'],
  [null, 'inference', 'shared', 'UNAUTHENTICATED'],
  [null, 'metrics', undefined, 'UNAUTHENTICATED'],
  [[], 'health', undefined, 'allow'],
  [[], 'inference', 'shared', 'PERMISSION_DENIED'],
  [['runner'], 'inference', 'shared', 'allow'],
  [['runner'], 'inference', 'team-a-7', 'allow'],
  [['runner'], 'inference', 'team-b-7', 'PERMISSION_DENIED'],
  // None is named: what is named later is checked then.
  [['runner'], 'inference', undefined, 'allow'],
  // All of them together are not those of a team.
  [['runner'], 'inference', null, 'PERMISSION_DENIED'],
  [['keeper'], 'trace', null, 'allow'],
  [['keeper'], 'inference', 'shared', 'PERMISSION_DENIED'],
  [['runner', 'keeper'], 'model-repository', 'anything', 'allow'],
  // Each grant stands by itself.
  [['both'], 'inference', 'x', 'allow'],
  [['both'], 'inference', 'y', 'PERMISSION_DENIED'],
  [['both'], 'statistics', 'x', 'PERMISSION_DENIED'],
  // A role that there is not allows nothing, whatever its name.
  [['nobody', 'toString', '__proto__'], 'inference', 'shared', 'PERMISSION_DENIED'],
];

for (const [roles, category, model, decision] of ROWS) {
  const who = roles === null ? 'nobody known' : `[${roles}]`;
  test(`${who}, ${category}, ${model === null ? 'all models' : (model ?? 'no model')}: ${decision}`, () => {
    assert.equal(decide(RULES, roles && { roles }, category, model), decision);
  });
}
