import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scalarSpot } from './node.js';
import { optionPlace } from './problem.js';
import { Report } from './report.js';
import { boolean, choice, integer, number, text } from './scalars.js';
import type { Schema } from './schema.js';
import { simulation } from './values.js';

const rows: [title: string, schema: Schema<unknown>, ...read: [text: string, value: unknown][]][] = [
  [
    'integers',
    integer(-1, 100),
    ['-1', -1],
    ['+7', 7],
    ['100', 100],
    ['007', 7],
    ['101', undefined],
    ['1.0', undefined],
    ['1e1', undefined],
    ['0x1', undefined],
    ['1_0', undefined],
    [' 1', undefined],
    ['', undefined],
  ],
  [
    'numbers',
    number(0, 10),
    ['0', 0],
    ['.5', 0.5],
    ['5.', 5],
    ['1e1', 10],
    ['-0.1', undefined],
    ['.', undefined],
    ['.inf', undefined],
    ['NaN', undefined],
    ['', undefined],
  ],
  [
    'booleans',
    boolean,
    ['true', true],
    ['False', false],
    ['YES', true],
    ['no', false],
    ['On', true],
    ['off', false],
    ['1', undefined],
    ['', undefined],
  ],
  [
    'choices',
    choice(['one', 'Two'], { eins: 'one' }),
    ['one', 'one'],
    ['ONE', 'one'],
    ['two', 'Two'],
    ['eins', 'one'],
    ['toString', undefined],
    ['', undefined],
  ],
  ['texts', text(), ['', ''], ['x y', 'x y']],
  [
    'simulations',
    simulation,
    ['auto', 'auto'],
    ['never', 'never'],
    ['warboy*1', 1],
    ['warboy*64', 64],
    ['warboy*65', undefined],
    ['warboy*0', undefined],
    ['warboy(1)*1', undefined],
    ['2', undefined],
  ],
];

for (const [title, schema, ...reads] of rows) {
  test(`${title} are read, or refused with one problem`, () => {
    for (const [written, value] of reads) {
      const report = new Report();
      assert.equal(schema.read(scalarSpot(written, optionPlace('--x')), report), value, written);
      assert.equal(report.problems.length, value === undefined ? 1 : 0, written);
    }
  });
}
