import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { modelDirectory } from '../support/onnx-models.js';
import { sharedFile } from '../support/places.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import type { TestServer } from '../support/server.js';
import { inferBody, nested, portsOf, tensor } from '../support/tensors.js';

const model = sharedFile('data/seed/MNISTnet_uint8_quant.tflite');
const sample = sharedFile('data/seed/mnist_input_sample_01.json');
const skip =
  model !== null && sample !== null
    ? false
    : "the seed's model and request are not here: ../shared/data/seed is missing beside the repository";

/** What the seed shows, byte for byte. */
const DOCUMENTED =
  '{"model_name":"mnist","model_version":"1","id":null,"parameters":null,"outputs":[{"name":"0","shape":[1,10],"datatype":"UINT8","parameters":null,"data":[0,0,0,1,0,255,0,0,0,0]}]}';
const NUMBERS = [0, 0, 0, 1, 0, 255, 0, 0, 0, 0];
const INFER = '/v2/models/mnist/versions/1/infer';

/** The seed's configuration file, key for key; `more` stands at its end. */
function configuration(path: string, more = ''): string {
  return `model_config_list:
  - name: mnist
    model: ${JSON.stringify(path)}
    version: "1"
    platform: npu
    npu_device: warboy(1)*1
    compiler_config:
      keep_unsignedness: true
      split_unit: 0
${more}`;
}

describe("the seed's own model under its own configuration", { skip }, () => {
  const end = atEnd(after);
  let server: TestServer;
  let strict: TestServer;
  let request: string;
  let pixels: readonly number[];

  before(async () => {
    const folder = modelDirectory(end);
    const start = async (name: string, more: string): Promise<TestServer> => {
      const path = join(folder, name);
      writeFileSync(path, configuration(model ?? '', more));
      return await serve(end, readSettings({ modelConfig: path }));
    };
    server = await start('seed.yaml', '');
    strict = await start('strict.yaml', '    strict: true\n');
    request = readFileSync(sample ?? '', 'utf8');
    pixels = JSON.parse(request).inputs[0].data;
  });

  test('its request is answered with the documented bytes', async () => {
    const reply = await server.post(INFER, request);
    assert.equal(reply.text, DOCUMENTED);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('content-type'), 'application/json');
  });

  test('as `curl -d @file` sends it: line breaks taken out, a form as Content-Type', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}${INFER}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: request.replaceAll(/[\r\n]/g, ''),
    });
    assert.equal(await response.text(), DOCUMENTED);
  });

  test('its Python form, shape [1,1,28,28], gives the same', async () => {
    const reply = await server.post(INFER, inferBody(tensor('mnist', 'UINT8', [1, 1, 28, 28], pixels)));
    assert.equal(reply.text, DOCUMENTED);
  });

  test('nested data gives the same, in either shape', async () => {
    for (const shape of [
      [1, 28, 28, 1],
      [1, 1, 28, 28],
    ]) {
      const rows = nested(pixels, shape);
      const reply = await server.post(INFER, inferBody(tensor('mnist', 'UINT8', shape, rows)));
      assert.equal(reply.text, DOCUMENTED, `shape ${shape}`);
    }
  });

  test('the URL without a version, and with a slash at its end, gives the same', async () => {
    for (const path of ['/v2/models/mnist/infer', '/v2/models/mnist/infer/', `${INFER}/`]) {
      assert.equal((await server.post(path, request)).text, DOCUMENTED, path);
    }
  });

  test('metadata comes from the file, with outputs named by position', async () => {
    const { status, json } = await server.get('/v2/models/mnist/versions/1');
    assert.equal(status, 200);
    assert.equal(json.name, 'mnist');
    assert.deepEqual(json.versions, ['1']);
    assert.equal(json.platform, 'npu');
    assert.deepEqual(portsOf(json.inputs), [['input', 'UINT8', [1, 28, 28, 1]]]);
    assert.deepEqual(portsOf(json.outputs), [['0', 'UINT8', [1, 10]]]);
  });

  test("the input may be called by the file's own name", async () => {
    const reply = await server.post(INFER, inferBody(tensor('input', 'UINT8', [1, 28, 28, 1], pixels)));
    assert.equal(reply.text, DOCUMENTED);
  });

  test("an output may be asked for by position or by the file's own name, and is answered under that", async () => {
    const inputs = JSON.parse(request).inputs;
    const byPosition = await server.post(INFER, { inputs, outputs: [{ name: '0' }] });
    assert.equal(byPosition.text, DOCUMENTED);
    const name = await outputNameInFile();
    const byName = await server.post(INFER, { inputs, outputs: [{ name }] });
    assert.deepEqual([byName.json.outputs[0].name, byName.json.outputs[0].data], [name, NUMBERS]);
    const stranger = await server.post(INFER, { inputs, outputs: [{ name: '1' }] });
    assert.equal(stranger.status, 400);
    assert.match(stranger.json.error, /unexpected inference output '1' for model 'mnist'/);
  });

  test('an id comes back', async () => {
    const reply = await server.post(INFER, { id: 'första "7"', ...JSON.parse(request) });
    assert.equal(reply.text, DOCUMENTED.replace('"id":null', '"id":"första \\"7\\""'));
  });

  test('strict: the name and the shape must be the model’s own', async () => {
    const own = await strict.post(INFER, inferBody(tensor('input', 'UINT8', [1, 28, 28, 1], pixels)));
    assert.equal(own.text, DOCUMENTED);
    const named = await strict.post(INFER, request);
    assert.equal(named.status, 400);
    assert.match(named.json.error, /unexpected inference input 'mnist' for model 'mnist'.*'input'/);
    const shaped = await strict.post(INFER, inferBody(tensor('input', 'UINT8', [1, 1, 28, 28], pixels)));
    assert.equal(shaped.status, 400);
    assert.match(shaped.json.error, /Expected \[1,28,28,1\], got \[1,1,28,28\]/);
  });

  test('a shape that is more than a matter of axes of length 1 is refused', async () => {
    const reply = await server.post(INFER, inferBody(tensor('input', 'UINT8', [1, 784], pixels)));
    assert.equal(reply.status, 400);
    assert.match(reply.json.error, /Expected \[1,28,28,1\], got \[1,784\]/);
  });
});

/** Read by the reader of `furiosa inspect`, so that the test knows no more than a user can. */
async function outputNameInFile(): Promise<string> {
  const { inspectModel } = await import('#backend/inspect.js');
  const [output] = (await inspectModel(model ?? '')).outputs;
  assert.ok(output);
  return output.name;
}
