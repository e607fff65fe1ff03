import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/places.js';
import { Fuzzer } from './fuzzer.js';
import { describeFinding, minimised } from './minimise.js';
import { seededTargets } from './seed-files.js';
import { SOCKETS, TARGETS } from './targets/index.js';

/** About ten seconds for all targets together on a small machine. The same inputs in every run. */
const INPUTS = 6000;
const SOCKET_INPUTS = 150;
const SEED = 1;

for (const target of TARGETS) {
  const inputs = SOCKETS.includes(target) ? SOCKET_INPUTS : Math.round(INPUTS / (target.cost ?? 1));
  test(`${target.name}: ${inputs} inputs, and nothing but a value or a foreseen error`, async (t) => {
    t.after(() => target.stop?.());
    const finding = await new Fuzzer(target, SEED).run(inputs);
    if (finding !== null) assert.fail(describeFinding(await minimised(finding, target)));
  });
}

test('every folder of seeds belongs to a target', () => {
  const names = TARGETS.map(({ name }) => name);
  assert.deepEqual(
    seededTargets().filter((folder) => !names.includes(folder)),
    [],
  );
});

test('docs/fuzzing.md has a row for every target, and for no other', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/fuzzing.md'), 'utf8');
  const rows = page.split('## To add a target')[0]?.match(/^\| `.*$/gm) ?? [];
  assert.deepEqual(
    rows,
    TARGETS.map(({ name, about }) => `| \`${name}\` | ${about} |`),
  );
});
