import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fuzzer } from './fuzzer.js';
import { describeFinding, minimised } from './minimise.js';
import { seededTargets } from './seed-files.js';
import { DECODERS } from './targets/index.js';

/** About ten seconds for all targets together on a small machine. The same inputs in every run. */
const INPUTS = 12_000;
const SEED = 1;

for (const target of DECODERS) {
  const inputs = Math.round(INPUTS / (target.cost ?? 1));
  test(`${target.name}: ${inputs} inputs, and nothing but a value or a foreseen error`, async () => {
    const finding = await new Fuzzer(target, SEED).run(inputs);
    if (finding !== null) assert.fail(describeFinding(await minimised(finding, target)));
  });
}

test('every folder of seeds belongs to a target', () => {
  const names = DECODERS.map(({ name }) => name);
  assert.deepEqual(
    seededTargets().filter((folder) => !names.includes(folder)),
    [],
  );
});
