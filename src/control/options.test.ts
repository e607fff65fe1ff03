import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL_MODES, followsFiles } from './options.js';

test('files decide where they are followed, and in no other mode', () => {
  assert.deepEqual(CONTROL_MODES.filter(followsFiles), ['poll', 'watch']);
});
