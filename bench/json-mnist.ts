/**
 * Requests per second and server CPU per request for the MNIST ONNX sample over JSON, beside a `node:http` echo of the
 * same bytes and a bare loop over the engine.
 */
import { readFileSync } from 'node:fs';
import type { Ports } from './our-server.js';
import { participant } from './process.js';
import { configFile, samples } from './samples.js';
import { alternate, INFER_PATH, inLoop, overHttp, report } from './side-by-side.js';

export async function jsonMnist(): Promise<string> {
  const body = Buffer.from(oneDigit());
  const load = await participant<string>('./load.js');
  const ours = await participant<Ports>('./our-server.js', [
    configFile('mnist.onnx', { device: 'cpu(1)*1' }),
  ]);
  const answer = await fetch(`http://127.0.0.1:${ours.first.rest}${INFER_PATH}`, { method: 'POST', body });
  const answerBytes = (await answer.arrayBuffer()).byteLength;
  if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
  const echo = await participant<number>('./echo-server.js', [String(answerBytes)]);
  const bare = await participant<string>('./bare-engine.js', [samples('data/mnist.onnx'), '[1,1,28,28]']);
  const request = { headers: { 'Content-Type': 'application/json' }, body, connections: 16 };
  const blocks = await alternate({
    ours: overHttp(load, ours, ours.first.rest, request),
    echo: overHttp(load, echo, echo.first, request),
    bare: inLoop(bare),
  });
  await Promise.all([load, ours, echo, bare].map((each) => each.stop()));
  return report(blocks, {
    ours: 'furiosa server, REST JSON',
    echo: `node:http echo of ${body.length} / ${answerBytes} bytes`,
    bare: 'bare engine loop',
  });
}

function oneDigit(): string {
  const request = JSON.parse(readFileSync(samples('mnist_onnx_input.json'), 'utf8')) as {
    inputs: [{ name: string; datatype: string; shape: number[]; data: number[] }];
  };
  const [input] = request.inputs;
  return JSON.stringify({
    inputs: [{ ...input, shape: [1, 1, 28, 28], data: input.data.flat(4).slice(0, 784) }],
  });
}
