import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspectModel } from '#backend/inspect.js';
import { elementCount } from '#tensor/shape.js';
import { mediapipePath } from '../support/real-models.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, portsOf, tensor } from '../support/tensors.js';

describe('TFLite models that nobody here made', () => {
  const files = [
    'face_detection/face_detection_short_range.tflite',
    'hands/hand_landmark_lite.tflite',
    'selfie_segmentation/selfie_segmentation_landscape.tflite',
  ];
  const nameOf = (file: string): string => file.replace(/^.*\//, '').replace('.tflite', '');
  const end = atEnd(after);
  let server: TestServer;

  before(async () => {
    const settings = settingsOf(
      files.map((file) => offerOf({ name: nameOf(file), path: mediapipePath(file) })),
    );
    server = await serve(end, { ...settings, rest: { ...settings.rest, maxBodyBytes: 8 * 1024 * 1024 } });
  });

  for (const file of files) {
    const name = nameOf(file);

    test(`${name}: the metadata is the file's own`, async () => {
      const summary = await inspectModel(mediapipePath(file));
      const { status, text, json } = await server.get(`/v2/models/${name}`);
      assert.equal(status, 200, text);
      assert.equal(json.platform, 'litert_tflite');
      assert.deepEqual(portsOf(json.inputs), portsOf(summary.inputs));
      assert.deepEqual(portsOf(json.outputs), portsOf(summary.outputs));
      assert.match(json.properties.engine, /^litert \d/);
    });

    test(`${name}: every output is finite numbers, as many as its shape says, and follows the input`, async () => {
      const { inputs, outputs } = (await server.get(`/v2/models/${name}`)).json;
      const [input] = inputs;
      const count = elementCount(input.shape);
      const image = (value: (at: number) => number): object =>
        inferBody(
          tensor(
            input.name,
            'FP32',
            input.shape,
            Array.from({ length: count }, (_, at) => value(at)),
          ),
        );
      const grey = await server.post(
        `/v2/models/${name}/infer`,
        image(() => 0.5),
      );
      const striped = await server.post(
        `/v2/models/${name}/infer`,
        image((at) => (at >> 4) % 2),
      );
      for (const { status, text, json } of [grey, striped]) {
        assert.equal(status, 200, text.slice(0, 300));
        assert.deepEqual(portsOf(json.outputs), portsOf(outputs));
        for (const output of json.outputs) {
          assert.equal(output.data.length, elementCount(output.shape));
          assert.ok(output.data.every(Number.isFinite), `${output.name} has what is no number`);
        }
      }
      assert.notDeepEqual(grey.json.outputs[0].data, striped.json.outputs[0].data);
    });
  }
});
