/** `furiosa plan` with a server: what it learns of a model that works, and by asking it itself. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../support/command-run.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf } from '../support/server.js';

const folder = modelDirectory(after);
const TARGET = ['--rate', '20/s', '--p99-ms', '5000'];

test('furiosa plan asks a server and learns from it', async (t) => {
  const small = writeModel(folder, 'small.onnx', identityModel('UINT8', ['n']));
  const open = writeModel(folder, 'open.onnx', identityModel('UINT8', ['n', 'm']));
  const models = [offerOf({ name: 'small', path: small }), offerOf({ name: 'open', path: open })];
  const server = await serve((end) => t.after(end), settingsOf(models));
  const url = `http://127.0.0.1:${server.port}`;
  const plan = (...words: readonly string[]) => runCommand(['plan', ...words, '--url', url]);

  assert.deepEqual(await plan('small', ...TARGET), {
    status: 1,
    out: '',
    error:
      "furiosa plan: model 'small' has run 0 times since it was loaded, and 50 runs are the least to learn from; --measure 10 asks it itself\n",
  });
  assert.deepEqual(await plan('smal', ...TARGET), {
    status: 1,
    out: '',
    error: `furiosa plan: there is no model 'smal' at ${url}; did you mean 'small'?\n`,
  });
  assert.deepEqual(await plan('open', ...TARGET, '--measure', '2'), {
    status: 1,
    out: '',
    error:
      "furiosa plan: input 'input' of model 'open' has sizes that requests choose ([-1, -1]); --request gives a request to measure with\n",
  });

  const file = join(folder, 'profile.json');
  const measured = await plan('small', ...TARGET, '--measure', '2', '--save', file, '--json');
  assert.deepEqual([measured.status, measured.error], [0, '']);
  const profile = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(profile.around_ms > 0 && profile.alone_ms.length > 0 && profile.runs.length > 0);
  assert.ok(profile.request_bytes > 0 && profile.answer_bytes > 0);
  const again = await runCommand(['plan', '--profile', file, ...TARGET, '--json']);
  assert.equal(JSON.parse(again.out).servers, JSON.parse(measured.out).servers);

  // By now it has worked enough to tell of itself.
  const known = await plan('small', ...TARGET);
  assert.equal(known.status, 0);
  assert.match(known.out, /^1 server of .* for small: 20 requests\/s with a p99 of 5000 ms\n/);
});
