import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/places.js';
import { BALANCERS, isInstalled } from './balancer.js';

const main = join(repositoryRoot, 'dist', 'test', 'replicas', 'main.js');

for (const balancer of BALANCERS) {
  const skip = !isInstalled(balancer) && `${balancer} is not installed`;
  for (const deed of ['rolling', 'kill']) {
    test(`${deed} of two replicas behind ${balancer} fails no request that could be sent again`, {
      skip,
    }, (t) => {
      const words = ['--balancer', balancer, '--replicas', '2', '--do', deed, '--times', '1'];
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
      t.diagnostic(stdout.trim());
      assert.equal(status, 0, `${stdout}${stderr}`);
      assert.match(stdout, new RegExp(`^\\| ${deed === 'rolling' ? 2 : 1} x .* REST `, 'm'), stderr);
    });
  }
}
