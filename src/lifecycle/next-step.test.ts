import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSteps, type VersionSnapshot } from './next-step.js';
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

const waits: [state: VersionState, wanted: boolean, isLoaded: boolean][] = [
  ['offered', true, false],
  ['offered', false, true],
  ['loading', true, false],
  ['loading', false, false],
  ['ready', true, true],
  ['ready', false, true],
  ['unloading', true, false],
  ['unloading', false, true],
  ['failed', true, true],
];

for (const [state, wanted, isLoaded] of waits) {
  const what = `${state} and ${wanted ? 'wanted' : 'not wanted'}`;
  test(`an ensemble ${isLoaded ? 'is loaded' : 'waits'} when a version that may run a step is ${what}`, () => {
    const ready = { state: 'ready', wanted: true, waitsFor: [] } as const;
    const ensemble = {
      state: 'offered',
      wanted: true,
      waitsFor: [ready, { state, wanted, waitsFor: [] }],
    } as const;
    assert.equal(nextSteps([ensemble]).length, isLoaded ? 1 : 0);
  });
}

test('ensembles that need one another do not wait for ever', () => {
  const one: { state: VersionState; wanted: boolean; waitsFor: VersionSnapshot[] } = {
    state: 'offered',
    wanted: true,
    waitsFor: [],
  };
  const other: VersionSnapshot = { state: 'offered', wanted: true, waitsFor: [one] };
  one.waitsFor.push(other);
  assert.equal(nextSteps([one, other]).length, 2);
});
