import assert from 'node:assert/strict';
import { platform } from 'node:process';
import { test } from 'node:test';
import { runChaos } from '../../chaos/chaos.js';
import { MISCHIEFS } from '../../chaos/mischief.js';
import { SmallDisk } from '../../chaos/small-disk.js';
import { quarterRatio } from '../../chaos/trend.js';

const OPTIONS = { minutes: 40 / 60, phaseMs: 10_000, everyMs: 2500 };

// How fast the answers come says nothing on a machine that is busy with other tests; `npm run chaos` looks at that.
test('for 40 seconds everything is done to a server, and no request is lost', {
  skip: platform === 'linux' ? false : 'processes are looked for in /proc',
}, async (t) => {
  const result = await runChaos(OPTIONS, (line) => t.diagnostic(line));
  const { counts, done, reasons, ready, models, ended, samples, restarts } = result;
  assert.equal(counts.lost, 0, JSON.stringify(reasons));
  assert.ok(counts.right > 100, `only ${counts.right} answers`);
  assert.ok(counts.refused * 4 < counts.right, JSON.stringify(reasons));
  for (const each of MISCHIEFS) {
    if (each !== 'disk' || SmallDisk.isAllowed()) assert.ok(done[each] > 0, `${each} was never done`);
  }
  assert.ok((restarts['killed'] ?? 0) > 0 && (restarts['hang'] ?? 0) > 0, JSON.stringify(restarts));
  assert.equal(ready.length, models, `only ${ready} are ready`);
  assert.equal(ended, 'status 0');
  const growth = quarterRatio(samples.map(({ fds }) => fds));
  assert.ok(growth < 1.5, `open files grew by ${growth}`);
});
