import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangePlan } from '#lifecycle/change-plan.js';
import { reportOf } from './plan-report.js';

const PLAN: ChangePlan = {
  load: [{ model: 'a', version: '1', why: 'new' }],
  change: [],
  unload: [{ model: 'b', version: '1', why: 'no longer configured' }],
  route: [],
  keep: 3,
};

test('a configuration without problems can be applied, and its plan is told as it is', () => {
  assert.deepEqual(reportOf([], PLAN, ['rest']), {
    canApply: true,
    problems: [],
    ...PLAN,
    restart: ['rest'],
  });
});

test('with problems nothing can be applied, and nothing is said of what it would do', () => {
  assert.deepEqual(reportOf(['models.yaml:1:1: a', 'models.yaml:2:1: b'], null, []), {
    canApply: false,
    problems: [{ text: 'models.yaml:1:1: a' }, { text: 'models.yaml:2:1: b' }],
    load: [],
    change: [],
    unload: [],
    route: [],
    keep: 0,
    restart: [],
  });
});
