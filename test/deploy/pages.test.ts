import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPage } from '../support/markdown.js';
import { repositoryRoot } from '../support/places.js';
import { readImage } from './image.js';

const text = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** The first file of each step; null where there is none. */
const STEPS: readonly (string | null)[] = [
  null,
  'deploy/systemd/furiosa-server.service',
  'deploy/nginx/nginx.conf',
  'Dockerfile',
  'deploy/prometheus/prometheus.yml',
  'deploy/kustomize/base/kustomization.yaml',
  'deploy/helm/furiosa-server/values.yaml',
  'deploy/kustomize/monitoring/kustomization.yaml',
  'deploy/kustomize/npu/kustomization.yaml',
  'deploy/kserve/cluster-serving-runtime.yaml',
];

for (const path of ['docs/deploy.md', 'docs/deploy.ko.md']) {
  test(`${path} has ten steps, each with its files`, () => {
    const steps = text(path)
      .split(/^## (?=\d+\. )/m)
      .slice(1);
    assert.equal(steps.length, STEPS.length);
    for (const [index, file] of STEPS.entries()) {
      const step = steps[index] ?? '';
      assert.ok(step.startsWith(`${index + 1}. `), step.slice(0, 40));
      if (file === null) continue;
      assert.ok(step.includes(`](../${file})`), `step ${index + 1} does not name ${file}`);
      assert.ok(existsSync(join(repositoryRoot, file)), file);
    }
  });

  test(`${path} names every example for KServe`, () => {
    const examples = readdirSync(join(repositoryRoot, 'deploy/kserve'));
    const { links } = readPage(text(path));
    assert.deepEqual(
      examples.filter((name) => !links.includes(`../deploy/kserve/${name}`)),
      [],
    );
  });
}

test('the image gives Node the options that the command gives', () => {
  const [, options = ''] = /^#!\/usr\/bin\/env -S node (.+)$/m.exec(text('bin/furiosa.js')) ?? [];
  assert.deepEqual(readImage().entrypoint, ['node', ...options.split(' '), '/app/bin/furiosa-kserve.js']);
});

test('every manifest gives the server time to drain', () => {
  const manifest = text('deploy/kustomize/base/deployment.yaml');
  const [, delay] = /--drain-delay=(\d+)/.exec(manifest) ?? [];
  const [, grace] = /terminationGracePeriodSeconds: (\d+)/.exec(manifest) ?? [];
  assert.ok(Number(grace) > Number(delay) + 11, `${grace} s for a delay of ${delay} s`);
});
