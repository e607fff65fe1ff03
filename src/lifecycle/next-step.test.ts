import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSteps } from './next-step.js';
import type { VersionState } from './state.js';

const rows: [state: VersionState, wanted: boolean, step: 'load' | 'unload' | null][] = [
  ['offered', true, 'load'],
  ['offered', false, null],
  ['loading', true, null],
  ['loading', false, null],
  ['ready', true, null],
  ['ready', false, 'unload'],
  ['unloading', true, null],
  ['unloading', false, null],
  ['failed', true, null],
  ['failed', false, null],
];

for (const [state, wanted, step] of rows) {
  test(`a version that is ${state} and ${wanted ? 'wanted' : 'not wanted'}: ${step ?? 'nothing to do'}`, () => {
    assert.deepEqual(
      nextSteps([{ state, wanted, waitsFor: [] }]).map((each) => each.kind),
      step === null ? [] : [step],
    );
  });
}
