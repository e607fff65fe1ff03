import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_NODES, readDocument } from './document.js';
import type { ConfigNode } from './node.js';
import { formatProblem } from './problem.js';
import { Report } from './report.js';

function read(text: string): { value: unknown; problems: readonly string[] } {
  const report = new Report();
  const spot = readDocument(text, 'f', report);
  return { value: spot && plain(spot.node), problems: report.problems.map(formatProblem) };
}

function plain(node: ConfigNode): unknown {
  if (node.kind === 'null') return null;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}

const texts: [text: string, value: unknown][] = [
  ['a: 1.10\nb: 0x1F\nc: 1e400\nd: yes\ne: .nan', { a: '1.10', b: '0x1F', c: '1e400', d: 'yes', e: '.nan' }],
  ["a: \"1\\n2\"\nb: 'it''s'\nc: |\n  x\n  y\n", { a: '1\n2', b: "it's", c: 'x\ny\n' }],
  ['a: ~\nb:\nc: null\nd: "null"\ne: ""', { a: null, b: null, c: null, d: 'null', e: '' }],
  ['a: two\n  words', { a: 'two words' }],
  ['1: x\n? true\n: y', { '1': 'x', true: 'y' }],
  ['\ufeffa: 1\r\nb: 2\r\n', { a: '1', b: '2' }],
  ['a: &x [1, &y 2]\nb: &y 3\nc: *x\nd: *y', { a: ['1', '2'], b: '3', c: ['1', '2'], d: '3' }],
  ['a: &x {p: 1, q: 2}\nb: {<<: *x, p: 3}', { a: { p: '1', q: '2' }, b: { q: '2', p: '3' } }],
  ['"<<": 1', { '<<': '1' }],
  ['', null],
];

for (const [text, value] of texts) {
  test(`${JSON.stringify(text)} is read as it was written`, () => {
    assert.deepEqual(read(text), { value, problems: [] });
  });
}

test('what follows a doubled key is still read', () => {
  assert.deepEqual(read('a: 1\nb: 2\na: 3\nb: 4'), {
    value: { a: '1', b: '2' },
    problems: ['f:3:1: duplicate key "a", first in line 1', 'f:4:1: duplicate key "b", first in line 2'],
  });
});

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** Small files that would grow without end, or end the process, if they were read to their end. */
const bombs: [title: string, text: string, problem: RegExp][] = [
  [
    'ten aliases of ten aliases, and so on',
    `a0: &a0 x\n${lines(12, (i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join()}]`)}`,
    /^f:\d+:\d+: more than 20000 values, aliases counted$/,
  ],
  [
    'a chain of merges',
    `a0: &a0 {k: 1}\n${lines(5000, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: 1}`)}`,
    /more than 20000 values/,
  ],
  [
    'aliases that nest ever deeper',
    `a0: &a0 x\n${lines(300, (i) => `a${i + 1}: &a${i + 1} ${'['.repeat(50)}*a${i}${']'.repeat(50)}`)}`,
    /more than 20000 values/,
  ],
  ['opening brackets', '['.repeat(500_000), /^f:1:65: nested more than 64 levels deep$/],
  ['dashes', '- '.repeat(500_000), /nested more than 64 levels deep/],
  ['keys of keys', '{"a":'.repeat(200_000), /nested more than 64 levels deep/],
  ['question marks', '? '.repeat(500_000), /nested more than 64 levels deep/],
  ['indentation', lines(1000, (i) => `${' '.repeat(i)}a:`), /nested more than 64 levels deep/],
  ['closing braces', '}'.repeat(1_000_000), /too much for a configuration/],
  ['values', lines(90_000, (i) => `k${i}: 1`), /too much for a configuration/],
  ['an alias in itself', 'a: &x {b: [*x]}', /^f:1:12: \*x contains itself$/],
];

for (const [title, text, problem] of bombs) {
  test(`a file of ${title} is refused with one problem`, () => {
    const { value, problems } = read(text);
    assert.equal(value, null);
    assert.equal(problems.length, 1, problems.slice(0, 3).join('\n'));
    assert.match(problems[0] ?? '', problem);
  });
}

test(`a file may hold ${MAX_NODES} values`, () => {
  const values = (count: number): string => `[${Array(count).fill('1').join()}]`;
  assert.deepEqual(read(values(MAX_NODES - 1)).problems, []);
  assert.equal(read(values(MAX_NODES)).problems.length, 1);
});
