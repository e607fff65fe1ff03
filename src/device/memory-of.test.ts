import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemoryUse } from '#inference/statistics.js';
import { memoryOf } from './memory-of.js';

type Instance = [provider: string, heldBytes: number, heapBytes: number];

const rows: [what: string, instances: Instance[], uses: MemoryUse[]][] = [
  ['no instance', [], []],
  ['one on the processor', [['cpu', 100, 7]], [{ type: 'CPU', id: 0, bytes: 107 }]],
  [
    'all of them together',
    [
      ['cpu', 100, 7],
      ['cpu', 100, 8],
    ],
    [{ type: 'CPU', id: 0, bytes: 215 }],
  ],
  ['a provider that is no device of its own', [['xnnpack:0', 100, 7]], [{ type: 'CPU', id: 0, bytes: 107 }]],
  [
    'a session on a GPU, and its thread on the host',
    [
      ['cuda:1', 100, 7],
      ['cuda:1', 100, 8],
      ['cuda:0', 50, 9],
    ],
    [
      { type: 'CPU', id: 0, bytes: 24 },
      { type: 'GPU', id: 1, bytes: 200 },
      { type: 'GPU', id: 0, bytes: 50 },
    ],
  ],
  [
    'a GPU without a number',
    [['cuda', 100, 7]],
    [
      { type: 'CPU', id: 0, bytes: 7 },
      { type: 'GPU', id: 0, bytes: 100 },
    ],
  ],
];

for (const [what, instances, uses] of rows) {
  test(`memory of ${what}`, () => {
    const loaded = instances.map(([provider, heldBytes, heapBytes]) => ({
      facts: { engine: 'engine 1', provider, threads: 1, modelBytes: 1, heldBytes },
      heapBytes,
    }));
    assert.deepEqual(memoryOf(loaded), uses);
  });
}

test('memory that sessions share counts once', () => {
  const facts = { engine: 'engine 1', provider: 'cpu', threads: 1, modelBytes: 1, heldBytes: 100 };
  const loaded = [
    { facts: { ...facts, sharedBytes: 90 }, heapBytes: 7 },
    { facts: { ...facts, sharedBytes: 90 }, heapBytes: 7 },
    { facts, heapBytes: 7 },
  ];
  assert.deepEqual(memoryOf(loaded), [{ type: 'CPU', id: 0, bytes: 3 * 7 + 2 * 10 + 90 + 100 }]);
});
