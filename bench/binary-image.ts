/**
 * A binary request of one image (602,112 bytes) to a model that gives it back, beside a `node:http` echo of the same
 * bytes: what the server costs when the model costs nothing.
 */
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { participant } from './process.js';
import { restAnswer, restRequest } from './requests.js';
import { configFile, temporaryFolder } from './samples.js';
import { alternate, type Block, overHttp, report } from './side-by-side.js';
import { median } from './table.js';

const SHAPE = [1, 3, 448, 448];
const IMAGE_BYTES = 602_112;

export async function binaryImage(): Promise<string> {
  const folder = temporaryFolder();
  const model = writeModel(folder, 'image.onnx', identityModel('UINT8', SHAPE));
  const data = new Uint8Array(IMAGE_BYTES).fill(7);
  const asked = restRequest({ model: 'model', datatype: 'UINT8', shape: SHAPE, data });
  const load = await participant<string>('./load.js');
  const ours = await participant<Ports>('./our-server.js', [configFile(model, { device: 'cpu(1)*1' })]);
  const answerBytes = (await restAnswer(ours.first.rest, asked)).length;
  const echo = await participant<number>('./echo-server.js', [String(answerBytes)]);
  const request = { ...asked, connections: 4 };
  const blocks = await alternate({
    ours: overHttp(load, ours, ours.first.rest, request),
    echo: overHttp(load, echo, echo.first, request),
  });
  await Promise.all([load, ours, echo].map((each) => each.stop()));
  const labels = {
    ours: 'furiosa server, REST binary',
    echo: `node:http echo of ${asked.body.length} / ${answerBytes} bytes`,
  };
  return `${report(blocks, labels)}\n\n${perByte(blocks, labels, asked.body.length + answerBytes)}`;
}

/** CPU over the bytes of request and answer together. */
function perByte(
  blocks: Readonly<Record<string, Block[]>>,
  labels: Readonly<Record<string, string>>,
  bytes: number,
): string {
  const lines = Object.entries(blocks).map(([name, list]) => {
    const nanos = (median(list.map((block) => block.cpuMicros)) * 1000) / bytes;
    return `${labels[name] ?? name}: ${nanos.toFixed(2)} ns of CPU for each byte in or out`;
  });
  return lines.join('\n');
}
