import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOnItsWay, type LoadSnapshot, nextSteps } from './next-step.js';
import type { VersionState } from './state.js';

/** Loads as `1 ready`, `1 ready old` (not wanted), `2 failed`, `2 loading trial`, `1 offered old back` (returning). */
function loadOf(text: string): LoadSnapshot & { readonly text: string } {
  const [version = '', state = '', ...marks] = text.split(' ');
  return {
    text,
    version,
    state: state as VersionState,
    wanted: !marks.includes('old'),
    isTrial: marks.includes('trial'),
    isClosing: marks.includes('closing'),
    isReturning: marks.includes('back'),
  };
}

const rows: [what: string, loads: string[], steps: string[]][] = [
  ['a wanted one is loaded', ['1 offered'], ['load 1 offered']],
  [
    'one nobody wants any more is forgotten',
    ['1 offered old', '2 failed old'],
    ['forget 1 offered old', 'forget 2 failed old'],
  ],
  ['one that was lost is kept until what it had is closed', ['1 failed old closing'], []],
  ['what is on its way is left alone', ['1 loading', '2 unloading old', '3 loading old'], []],
  ['what is as it should be is left alone', ['1 ready', '2 failed'], []],
  [
    'with nothing wanted all leave',
    ['1 ready old', '2 ready old'],
    ['unload 1 ready old', 'unload 2 ready old'],
  ],
  ['the old revision stays while the new one is loading', ['1 ready old', '1 loading'], []],
  ['the old revision stays where the new one failed', ['1 ready old', '1 failed'], []],
  ['the old revision leaves when the new one is ready', ['1 ready old', '1 ready'], ['unload 1 ready old']],
  ['the old version stays while the new one is loading', ['1 ready old', '2 loading'], []],
  ['the old version stays where the new one failed', ['1 ready old', '2 failed'], []],
  ['the old version leaves when the new one is ready', ['1 ready old', '2 ready'], ['unload 1 ready old']],
  ['the old version stays until all that are wanted are ready', ['1 ready old', '2 ready', '3 loading'], []],
  [
    'an old revision waits for its own heir alone',
    ['1 ready old', '1 ready', '2 failed'],
    ['unload 1 ready old'],
  ],
  [
    'one that came too late leaves at once where an older one serves',
    ['1 ready old', '1 ready old late', '1 loading'],
    ['unload 1 ready old late'],
  ],
  ['what is ready does not stand in for another version', ['1 ready old', '2 ready old', '3 loading'], []],
  ['one on trial does not stand in', ['1 ready trial', '1 ready old', '1 loading'], []],
  ['one on trial is loaded', ['1 ready', '1 offered trial'], ['load 1 offered trial']],
  ['one on trial does not make another leave', ['1 ready old', '1 ready trial', '2 loading'], []],
  ['one whose trial is over leaves at once', ['1 ready', '1 ready trial old'], ['unload 1 ready trial old']],
];

for (const [what, loads, steps] of rows) {
  test(what, () => {
    const found = nextSteps(loads.map(loadOf), 'overlap').map(({ kind, load }) => `${kind} ${load.text}`);
    assert.deepEqual(found, steps);
  });
}

const replacements: [what: string, loads: string[], steps: string[]][] = [
  ['a wanted one is loaded where nothing leaves', ['1 ready', '2 offered'], ['load 2 offered']],
  ['the old revision leaves first', ['1 ready old', '1 offered'], ['unload 1 ready old']],
  ['the old version leaves first', ['1 ready old', '2 offered'], ['unload 1 ready old']],
  ['what comes waits until the old one is gone', ['1 unloading old', '2 offered'], []],
  ['and until what was lost is closed', ['1 failed old closing', '2 offered'], []],
  ['what is loading cannot be stopped, and is waited for', ['1 loading old', '2 offered'], []],
  [
    'an old revision stays where its own heir failed, and holds up no other',
    ['1 ready old', '1 failed', '2 offered'],
    ['load 2 offered'],
  ],
  ['what is back stays where the new one failed', ['1 ready old back', '2 failed'], []],
  ['what is back leaves for another try', ['1 ready old back', '2 offered'], ['unload 1 ready old back']],
  [
    'where the new one failed, the old one is loaded again',
    ['2 failed', '1 offered old back'],
    ['load 1 offered old back'],
  ],
  [
    'it is not where another try is on its way',
    ['2 loading', '1 offered old back'],
    ['forget 1 offered old back'],
  ],
  ['nor where nothing is wanted any more', ['1 offered old back'], ['forget 1 offered old back']],
  [
    'with nothing wanted all leave',
    ['1 ready old', '2 ready old'],
    ['unload 1 ready old', 'unload 2 ready old'],
  ],
  [
    'one on trial makes nobody leave, and waits for nobody',
    ['1 ready old', '1 loading', '1 offered trial'],
    ['load 1 offered trial'],
  ],
];

for (const [what, loads, steps] of replacements) {
  test(`replace: ${what}`, () => {
    const found = nextSteps(loads.map(loadOf), 'replace').map(({ kind, load }) => `${kind} ${load.text}`);
    assert.deepEqual(found, steps);
  });
}

const arrivals: [state: VersionState, wanted: boolean, isComing: boolean][] = [
  ['offered', true, true],
  ['offered', false, false],
  ['loading', true, true],
  ['loading', false, true],
  ['ready', true, false],
  ['ready', false, false],
  ['unloading', true, false],
  ['unloading', false, false],
  ['failed', true, false],
];

for (const [state, wanted, isComing] of arrivals) {
  const what = `${state} and ${wanted ? 'wanted' : 'not wanted'}`;
  test(`an ensemble ${isComing ? 'waits' : 'does not wait'} for what is ${what}`, () => {
    assert.equal(isOnItsWay({ state, wanted }), isComing);
  });
}
