import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandFailure } from '#cli/command-failure.js';
import { ConfigError } from '#config/problem.js';
import { invalid, ServingError } from '#core/errors.js';
import { type Finding, Fuzzer } from './fuzzer.js';
import { describeFinding, minimised } from './minimise.js';
import { refusalOf, shapeOf } from './outcome.js';
import { type FuzzTarget, textOf, textSeeds } from './target.js';

/** Falls over three brackets in a row, which it says it has come nearer to with each. */
const brackets: FuzzTarget = {
  name: 'brackets',
  about: 'Falls over three brackets.',
  seeds: textSeeds('some text, as long as it likes to be'),
  words: [],
  run: (input) => {
    const deepest = Math.max(0, ...[...textOf(input).matchAll(/\[+/g)].map(([run]) => run.length));
    if (deepest > 2) throw new RangeError(`depth ${deepest}`);
    return String(deepest);
  },
};

async function found(target: FuzzTarget, seed: number): Promise<Finding> {
  const finding = await new Fuzzer(target, seed).run(200_000);
  assert.ok(finding !== null, 'nothing found');
  return finding;
}

test('what only a chain of mutations reaches is found, and made as short as it can be', async () => {
  const finding = await minimised(await found(brackets, 1), brackets);
  assert.equal(textOf(finding.input), '[[[');
  assert.ok(finding.thrown instanceof RangeError);
});

test('the same seed finds the same input as the same one of its inputs', async () => {
  const [first, second] = [await found(brackets, 7), await found(brackets, 7)];
  assert.deepEqual([first.index, first.input], [second.index, second.input]);
});

test('a finding is told with what is needed to see it again', async () => {
  const finding = { ...(await found(brackets, 7)), input: new Uint8Array([91, 91, 91]) };
  const text = describeFinding(finding);
  assert.match(text, /^brackets: depth \d/);
  assert.ok(text.includes(`npm run fuzz -- brackets --seed 7 --runs ${finding.index}`), text);
  assert.match(text, /saved as .*brackets-[0-9a-f]{12}\.bin/);
});

test('a rejection counts as much as a throw', async () => {
  const rejecting = { ...brackets, run: async (input: Uint8Array) => brackets.run(input) };
  assert.ok((await found(rejecting, 1)).thrown instanceof RangeError);
});

test('foreseen errors are outcomes', () => {
  assert.equal(refusalOf(invalid("'a' must be 1, but is 23")), 'INVALID_ARGUMENT _ must be #, but is #');
  const place = { file: null, line: 1, column: 1, keyPath: '' };
  assert.match(refusalOf(new ConfigError([{ ...place, message: 'wrong' }])), /ConfigError wrong/);
  assert.match(refusalOf(new CommandFailure(2, ['furiosa: no'])), /CommandFailure furiosa: no/);
});

const unforeseen: readonly [what: string, thrown: unknown][] = [
  ['INTERNAL', new ServingError('INTERNAL', 'a bug')],
  ['an error of the language', new TypeError('x is undefined')],
  ['no error at all', 'text'],
  ['an empty sentence', invalid(' ')],
  ['a sentence that nobody reads to its end', invalid('x'.repeat(2001))],
  ['half a character', invalid('\ud800')],
];
for (const [what, thrown] of unforeseen) {
  test(`a finding: ${what}`, () => assert.throws(() => refusalOf(thrown)));
}

test('the shape of a sentence is without names and numbers', () => {
  assert.equal(shapeOf('"a\\"b" at byte 12'), shapeOf('"" at byte 7'));
});
