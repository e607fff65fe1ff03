import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextScan, type WatchMode, type WatchState } from './next-scan.js';

const rest: WatchState = { endedAt: 1000, eventAt: null, hasMissing: false };

const rows: [name: string, mode: WatchMode, state: WatchState, due: number | null][] = [
  ['none never looks again', 'none', rest, null],
  ['explicit never looks by itself', 'explicit', rest, null],
  ['explicit does not for something missing either', 'explicit', { ...rest, hasMissing: true }, null],
  ['a poll follows the end of the last scan', 'poll', rest, 16_000],
  ['a poll does not know events', 'poll', { ...rest, eventAt: 1500 }, 16_000],
  ['a poll confirms what is missing at its own time', 'poll', { ...rest, hasMissing: true }, 16_000],
  ['nothing is due while a scan is under way', 'watch', { ...rest, endedAt: null, eventAt: 900 }, null],
  ['watching polls too', 'watch', rest, 16_000],
  ['an event is followed by a scan', 'watch', { ...rest, eventAt: 3000 }, 3200],
  ['an event during the last scan is followed by one', 'watch', { ...rest, eventAt: 990 }, 1190],
  ['events never put off the poll', 'watch', { ...rest, eventAt: 15_900 }, 16_000],
  ['what is missing is confirmed soon', 'watch', { ...rest, hasMissing: true }, 1200],
  ['the earlier of both counts', 'watch', { endedAt: 1000, eventAt: 1100, hasMissing: true }, 1200],
];

for (const [name, mode, state, due] of rows) {
  test(name, () => {
    assert.equal(nextScan(state, { mode, pollMs: 15_000, debounceMs: 200 }), due);
  });
}
