/**
 * A binary request of one image (602,112 bytes) to a model that gives it back, beside a `node:http` echo of the same
 * bytes: what the server costs when the model costs nothing.
 */
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { participant } from './process.js';
import { configFile, temporaryFolder } from './samples.js';
import { alternate, type Block, INFER_PATH, overHttp, report } from './side-by-side.js';
import { median } from './table.js';

const SHAPE = [1, 3, 448, 448];
const IMAGE_BYTES = 602_112;

export async function binaryImage(): Promise<string> {
  const folder = temporaryFolder();
  const model = writeModel(folder, 'image.onnx', identityModel('UINT8', SHAPE));
  const parameters = { binary_data_size: IMAGE_BYTES };
  const json = JSON.stringify({
    inputs: [{ name: 'input', datatype: 'UINT8', shape: SHAPE, parameters }],
    parameters: { binary_data_output: true },
  });
  const body = Buffer.concat([Buffer.from(json), Buffer.alloc(IMAGE_BYTES, 7)]);
  const headers = { 'Inference-Header-Content-Length': String(json.length) };
  const load = await participant<string>('./load.js');
  const ours = await participant<Ports>('./our-server.js', [configFile(model, { device: 'cpu(1)*1' })]);
  const answer = await fetch(`http://127.0.0.1:${ours.first.rest}${INFER_PATH}`, {
    method: 'POST',
    headers,
    body,
  });
  const answerBytes = (await answer.arrayBuffer()).byteLength;
  if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
  const echo = await participant<number>('./echo-server.js', [String(answerBytes)]);
  const request = { headers, body, connections: 4 };
  const blocks = await alternate({
    ours: overHttp(load, ours, ours.first.rest, request),
    echo: overHttp(load, echo, echo.first, request),
  });
  await Promise.all([load, ours, echo].map((each) => each.stop()));
  const labels = {
    ours: 'furiosa server, REST binary',
    echo: `node:http echo of ${body.length} / ${answerBytes} bytes`,
  };
  return `${report(blocks, labels)}\n\n${perByte(blocks, labels, body.length + answerBytes)}`;
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
