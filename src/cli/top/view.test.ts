import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TopRow } from './rates.js';
import { afterKey, FIRST_VIEW, type Key, keysOf, SORTS, shownRows, type View } from './view.js';

const typed = (text: string): readonly Key[] => [...text].map((character) => ({ typed: character }));

describe('what a terminal sends', () => {
  const cases: [text: string, keys: readonly Key[]][] = [
    ['q', typed('q')],
    ['mnist', typed('mnist')],
    ['\u001b[A\u001b[B', ['up', 'down']],
    ['\u001bOA', ['up']],
    ['\r', ['enter']],
    ['\u007f', ['backspace']],
    ['\u001b', ['escape']],
    ['\u0003', ['interrupt']],
    // Left, page down, F5 and Ctrl-right mean nothing, and type nothing.
    ['\u001b[D\u001b[6~\u001b[15~\u001b[1;5Cx', typed('x')],
    ['\u0001\u001a\t', []],
    ['한é😀', typed('한é😀')],
  ];
  for (const [text, keys] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(keysOf(text), keys));
  }
});

describe('a key', () => {
  const after = (text: string, view: View = FIRST_VIEW, rowCount = 3): View =>
    keysOf(text).reduce((seen, key) => afterKey(seen, key, rowCount), view);
  const cases: [what: string, text: string, change: Partial<View>][] = [
    ['q ends it', 'q', { isDone: true }],
    ['so does Ctrl-C', '\u0003', { isDone: true }],
    ['even while a filter is typed', '/q\u0003', { isTyping: true, filter: 'q', isDone: true }],
    ['s sorts by the next', 's', { sort: 'P99' }],
    ['and after the last by the first', 's'.repeat(SORTS.length), {}],
    ['p pauses', 'p', { isPaused: true }],
    ['and goes on', 'pp', {}],
    ['/ begins a filter, in which commands are letters', '/sp', { isTyping: true, filter: 'sp' }],
    ['enter keeps it', '/mn\r', { filter: 'mn' }],
    ['escape leaves it out', '/mn\u001b', {}],
    ['later, too', '/mn\r\u001b', {}],
    ['backspace takes back a whole character', '/m😀\u007f', { isTyping: true, filter: 'm' }],
    ['and nothing where there is none', '/\u007f', { isTyping: true }],
    ['down scrolls', '\u001b[B', { scroll: 1 }],
    ['to the last row at most', '\u001b[B'.repeat(9), { scroll: 2 }],
    ['up scrolls back', '\u001b[B\u001b[B\u001b[A', { scroll: 1 }],
    ['and no further than to the first', '\u001b[A', {}],
    ['another sort begins at the top', '\u001b[Bs', { sort: 'P99' }],
    ['others do nothing', 'xyz', {}],
  ];
  for (const [what, text, change] of cases) {
    it(what, () => assert.deepEqual(after(text), { ...FIRST_VIEW, ...change }));
  }

  it('scrolls from where the last row is, when rows have gone meanwhile', () => {
    assert.equal(after('\u001b[A', { ...FIRST_VIEW, scroll: 9 }, 3).scroll, 1);
    assert.equal(after('\u001b[A', { ...FIRST_VIEW, scroll: 9 }, 0).scroll, 0);
  });
});

describe('the rows that are shown', () => {
  const row = (model: string, parts: Partial<TopRow> = {}): TopRow => ({
    model,
    version: '1',
    state: 'READY',
    requestsPerSecond: null,
    errorsPerSecond: null,
    p50Ms: null,
    p99Ms: null,
    waiting: null,
    batchRows: null,
    memoryBytes: null,
    devices: [],
    reason: '',
    ...parts,
  });
  const rows = [
    row('mnist', { version: '10', requestsPerSecond: 5, p99Ms: 1 }),
    row('mnist', { version: '9', requestsPerSecond: 5, memoryBytes: 7 }),
    row('iris', { requestsPerSecond: 0, errorsPerSecond: 2 }),
    row('ssd', { waiting: 1 }),
  ];
  const names = (view: Partial<View>): readonly string[] =>
    shownRows(rows, { ...FIRST_VIEW, ...view }).map(({ model, version }) => `${model}/${version}`);
  const cases: [view: Partial<View>, names: readonly string[]][] = [
    [{ sort: 'REQ/S' }, ['mnist/9', 'mnist/10', 'iris/1', 'ssd/1']],
    [{ sort: 'P99' }, ['mnist/10', 'iris/1', 'mnist/9', 'ssd/1']],
    [{ sort: 'ERR/S' }, ['iris/1', 'mnist/9', 'mnist/10', 'ssd/1']],
    [{ sort: 'WAIT' }, ['ssd/1', 'iris/1', 'mnist/9', 'mnist/10']],
    [{ sort: 'MEMORY' }, ['mnist/9', 'iris/1', 'mnist/10', 'ssd/1']],
    [{ sort: 'MODEL' }, ['iris/1', 'mnist/9', 'mnist/10', 'ssd/1']],
    [{ filter: 'IS' }, ['mnist/9', 'mnist/10', 'iris/1']],
    [{ filter: 'none' }, []],
  ];
  for (const [view, expected] of cases) {
    it(JSON.stringify(view), () => assert.deepEqual(names(view), expected));
  }
});
