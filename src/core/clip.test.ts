import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clip } from '#core/clip.js';

const rows: [text: string, clipped: string][] = [
  ['', ''],
  ['x'.repeat(60), 'x'.repeat(60)],
  ['x'.repeat(61), `${'x'.repeat(60)}…`],
  [`${'x'.repeat(58)}🚀x`, `${'x'.repeat(58)}🚀…`],
  [`${'x'.repeat(59)}🚀`, `${'x'.repeat(59)}…`],
];

for (const [text, clipped] of rows) {
  test(`a text of ${text.length} code units is clipped to ${clipped.length}`, () => {
    assert.equal(clip(text), clipped);
    assert.equal(Buffer.from(clip(text)).toString(), clipped, 'UTF-8 can carry it');
  });
}
