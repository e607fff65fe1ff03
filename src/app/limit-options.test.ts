import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '../../test/support/server.js';
import { limitOptions, openFilesIn } from './limit-options.js';

const LINES = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95839                95839                processes
Max open files            1024                 524288               files
`;

test('the files that may be open are read of what Linux tells', () => {
  assert.equal(openFilesIn(LINES), 1024);
  assert.equal(openFilesIn(LINES.replace('1024 ', 'unlimited ')), null);
  assert.equal(openFilesIn(''), null);
});

const rows: [openFiles: number | null, memoryBytes: number, connections: number, inflight: number][] = [
  [1024, 1000, 921, 250],
  [1_048_576, 8e9, 20_000, 2e9],
  [null, 8e9, 20_000, 2e9],
  [1, 10, 1, 2],
];

for (const [openFiles, memoryBytes, connections, inflight] of rows) {
  test(`${openFiles} files and ${memoryBytes} bytes of memory`, () => {
    const said = { ...DEFAULT_LIMITS, maxInflightBytes: null, maxConnections: null };
    const { maxConnections, maxInflightBytes } = limitOptions(said, { openFiles, memoryBytes });
    assert.deepEqual([maxConnections, maxInflightBytes], [connections, inflight]);
  });
}

test('what is said counts', () => {
  const said = { ...DEFAULT_LIMITS, maxInflightBytes: 7, maxConnections: 9 };
  const { maxConnections, maxInflightBytes } = limitOptions(said, { openFiles: 1, memoryBytes: 1 });
  assert.deepEqual([maxConnections, maxInflightBytes], [9, 7]);
});
