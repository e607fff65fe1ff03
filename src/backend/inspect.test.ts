import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { identityModel, modelDirectory, writeModel } from '../../test/support/onnx-models.js';
import { inspectModel } from './inspect.js';

const directory = modelDirectory(after);

test('an ONNX model is summarised', async () => {
  const { format, inputs } = await inspectModel(writeModel(directory, 'm.onnx', identityModel('FP32')));
  assert.equal(format, 'onnx');
  assert.deepEqual(inputs, [{ name: 'input', datatype: 'FP32', shape: [-1] }]);
});

test('what is no model is refused in a sentence', async () => {
  await assert.rejects(inspectModel(join(directory, 'none.onnx')), {
    code: 'INVALID_ARGUMENT',
    message: 'there is no such file',
  });
});

test('inspecting loads no engine', () => {
  const path = writeModel(directory, 'm.onnx', identityModel('FP32'));
  const script = `
    import { createRequire } from 'node:module';
    const { inspectModel } = await import(${JSON.stringify(import.meta.resolve('./inspect.js'))});
    await inspectModel(${JSON.stringify(path)});
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((each) => each.includes('onnxruntime')).length);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), '0', stderr);
});
