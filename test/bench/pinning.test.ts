import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Places, placesOf, type ServerCpus } from '../../bench/pinning.js';

const cases: [serverCpus: ServerCpus, cpus: number, hasTaskset: boolean, places: Places][] = [
  ['one', 2, true, { server: '0', load: '1', words: 'servers on CPU 0, the load on CPU 1' }],
  ['all', 2, true, { server: '0-1', load: '1', words: 'servers on CPU 0-1, the load on CPU 1' }],
  ['one', 8, true, { server: '0', load: '7', words: 'servers on CPU 0, the load on CPU 7' }],
  ['one', 2, false, { server: undefined, load: undefined, words: 'not pinned: there is no taskset here' }],
  ['all', 1, true, { server: undefined, load: undefined, words: 'not pinned: there is one CPU only' }],
];
for (const [serverCpus, cpus, hasTaskset, places] of cases)
  test(`${serverCpus} of ${cpus} CPUs ${hasTaskset ? 'with' : 'without'} taskset: ${places.words}`, () => {
    assert.deepEqual(placesOf(serverCpus, { cpus, hasTaskset }), places);
  });
