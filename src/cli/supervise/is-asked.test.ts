import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSupervisorAsked } from './is-asked.js';

const CASES: readonly [words: string, variable: string | undefined, asked: boolean][] = [
  ['server', undefined, false],
  ['server --supervise', undefined, true],
  ['server --http-port 0 --supervise --host ::1', undefined, true],
  ['server --supervise=true', undefined, true],
  ['server --supervise=false', undefined, false],
  ['server --supervise --no-supervise', undefined, false],
  ['server --no-supervise --supervise', undefined, true],
  ['server --supervise-not', undefined, false],
  ['server -- --supervise', undefined, false],
  ['server --supervise --help', undefined, false],
  ['devices --supervise', undefined, false],
  ['server', 'true', true],
  ['server', 'on', true],
  ['server', 'no', false],
  ['server', '', false],
  ['server --no-supervise', 'true', false],
  ['devices', 'true', false],
];

for (const [words, variable, asked] of CASES) {
  test(`${words} with the variable ${variable ?? 'unset'} ${asked ? 'asks' : 'does not ask'} for a supervisor`, () => {
    const env = variable === undefined ? {} : { FURIOSA_SERVER_SUPERVISE: variable };
    assert.equal(isSupervisorAsked(words.split(' '), env), asked);
  });
}
