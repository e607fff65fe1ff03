import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.js';
import { RareWarning } from './rare-warning.js';

test('a warning is given at once, and then once in a while with the sum of what has come since', () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const warning = new RareWarning({ warn: (line) => void lines.push(line) }, clock, 1000);
  const warn = (count: number): void => warning.warn(count, (sum) => `${sum} lost`);
  warn(1);
  warn(2);
  clock.advance(999);
  warn(3);
  assert.deepEqual(lines, ['1 lost']);
  clock.advance(1);
  warn(4);
  warn(5);
  assert.deepEqual(lines, ['1 lost', '9 lost']);
});
