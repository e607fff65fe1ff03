import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { standOf, type VersionFacts } from './index-entry.js';

type Load = VersionFacts['loads'][number];

const ready: Load = { state: 'ready', indexState: 'READY', wanted: true, reason: '' };
const loading: Load = { state: 'loading', indexState: 'LOADING', wanted: true, reason: '' };
const failed: Load = { state: 'failed', indexState: 'UNAVAILABLE', wanted: true, reason: 'no such file' };
const leaving: Load = { state: 'unloading', indexState: 'UNLOADING', wanted: false, reason: '' };
const before: Load = { ...ready, wanted: false };

const NOTHING: VersionFacts = { loads: [], serving: null, fault: null, isAsked: true, whyNotLoaded: '' };
const KEPT = 'what was loaded before goes on serving: ';

const CASES: readonly [string, Partial<VersionFacts>, ReturnType<typeof standOf>][] = [
  ['was never loaded', {}, { state: 'UNAVAILABLE', reason: '', wanted: false }],
  ['was unloaded', { whyNotLoaded: 'unloaded' }, { state: 'UNAVAILABLE', reason: 'unloaded', wanted: false }],
  [
    'is wanted, and its source cannot be used',
    { fault: 'bad key', whyNotLoaded: 'unloaded' },
    { state: 'UNAVAILABLE', reason: 'bad key', wanted: false },
  ],
  [
    'is not wanted, and its source cannot be used',
    { fault: 'bad key', whyNotLoaded: 'unloaded', isAsked: false },
    { state: 'UNAVAILABLE', reason: 'unloaded', wanted: false },
  ],
  ['is being loaded', { loads: [loading] }, { state: 'LOADING', reason: '', wanted: true }],
  [
    'could not be loaded',
    { loads: [failed] },
    { state: 'UNAVAILABLE', reason: 'no such file', wanted: true },
  ],
  ['is going', { loads: [leaving] }, { state: 'UNLOADING', reason: '', wanted: false }],
  ['serves', { loads: [ready], serving: ready }, { state: 'READY', reason: '', wanted: true }],
  [
    'serves while another load takes its place',
    { loads: [before, loading], serving: before },
    { state: 'READY', reason: '', wanted: true },
  ],
  [
    'serves because another load failed',
    { loads: [before, failed], serving: before },
    { state: 'READY', reason: `${KEPT}no such file`, wanted: true },
  ],
  [
    'serves what its source no longer tells how to load',
    { loads: [ready], serving: ready, fault: 'bad key' },
    { state: 'READY', reason: `${KEPT}bad key`, wanted: true },
  ],
  [
    'serves, where both went wrong',
    { loads: [before, failed], serving: before, fault: 'bad key' },
    { state: 'READY', reason: `${KEPT}no such file`, wanted: true },
  ],
];

for (const [what, facts, expected] of CASES)
  test(`the index says of a version that ${what}`, () => {
    deepEqual(standOf({ ...NOTHING, ...facts }), expected);
  });
