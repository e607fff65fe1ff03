import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOfKey } from '#access/api-key.js';
import { problemsOf, settingsOf } from '../../../test/config-cases/workbench.js';
import { runCommand } from '../../../test/support/command-run.js';

/** What `furiosa keys new` printed: the key, and what belongs in the file. */
function made(out: string): { readonly key: string; readonly entry: string } {
  const [key = '', ...rest] = out.split('\n');
  return { key, entry: rest.slice(rest.findIndex((line) => line.startsWith('  - name:'))).join('\n') };
}

test('a key is 256 random bits, stands alone in the first line, and is another one each time', async () => {
  const first = await runCommand(['keys', 'new', 'ci', '--role', 'runner']);
  const second = await runCommand(['keys', 'new', 'ci', '--role', 'runner']);
  assert.deepEqual([first.status, first.error], [0, '']);
  const { key } = made(first.out);
  assert.match(key, /^fsk_[\w-]{43}$/);
  assert.equal(Buffer.from(key.slice(4), 'base64url').length, 32);
  assert.notEqual(key, made(second.out).key);
  assert.equal(first.out.split(key).length, 2, 'it is told once');
  assert.match(first.out, /This is the key of 'ci'\. It is shown this once and cannot be had again\./);
});

test('what it prints is what the file takes, and the file does not have the key', async () => {
  const { key, entry } = made((await runCommand(['keys', 'new', 'ci', '--role', 'a', '--role', 'b'])).out);
  assert.ok(!entry.includes(key));
  const rules = `keys:\n${entry}\nroles:\n  a: [{allow: [health]}]\n  b: [{allow: [all]}]\n`;
  const bench = {
    files: { 'auth.yaml': rules },
    flags: { modelPath: 'm.onnx', modelName: 'm', authConfig: 'auth.yaml' },
  };
  assert.deepEqual(problemsOf(bench), []);
  assert.deepEqual(settingsOf(bench).access.policy?.keys, [
    { name: 'ci', sha256: hashOfKey(key), roles: ['a', 'b'], expiresAtMs: null },
  ]);
});

test('programs get it as JSON', async () => {
  const { out } = await runCommand(['keys', 'new', 'team/a', '--role', 'runner', '--json']);
  const { key, ...rest } = JSON.parse(out) as { readonly key: string };
  assert.deepEqual(rest, { name: 'team/a', hash: `sha256:${hashOfKey(key)}`, roles: ['runner'] });
});

const refused: [argv: string[], error: RegExp][] = [
  [['keys'], /a command is missing: 'furiosa keys new NAME'/],
  [['keys', 'new'], /NAME/],
  [['keys', 'new', 'two words'], /the NAME must be 1 to 64 of the characters A-Z a-z 0-9 _ \. @ : \/ -/],
  [['keys', 'new', 'x'.repeat(65)], /the NAME must be 1 to 64/],
  [['keys', 'new', 'a', 'b'], /one key is made at a time/],
  [['keys', 'old', 'a'], /old/],
];

for (const [argv, error] of refused)
  test(`'furiosa ${argv.join(' ').slice(0, 60)}' is refused in a sentence, and makes no key`, async () => {
    const run = await runCommand(argv);
    assert.equal(run.status, 2);
    assert.match(run.error, error);
    assert.ok(!run.out.includes('fsk_'));
  });
