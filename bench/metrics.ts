/**
 * What metrics cost: server CPU per request for a model that costs nothing, with all of them on and scraped every second,
 * beside the same server without them.
 */
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { participant } from './process.js';
import { configFile, temporaryFolder } from './samples.js';
import { alternate, type Measure, overHttp, report } from './side-by-side.js';

const SCRAPE_MS = 1000;

export async function metrics(): Promise<string> {
  const model = writeModel(temporaryFolder(), 'tiny.onnx', identityModel('FP32'));
  const config = configFile(model, { device: 'cpu(1)*1' });
  const load = await participant<string>('./load.js');
  const withAll = await participant<Ports>('./our-server.js', [config]);
  const without = await participant<Ports>('./our-server.js', [config, '--no-metrics']);
  const input = { name: 'x', datatype: 'FP32', shape: [4], data: [1, 2, 3, 4] };
  const request = {
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ inputs: [input] })),
    connections: 16,
  };
  const blocks = await alternate({
    ours: scraped(withAll.first.rest, overHttp(load, withAll, withAll.first.rest, request)),
    without: overHttp(load, without, without.first.rest, request),
  });
  await Promise.all([load, withAll, without].map((each) => each.stop()));
  return report(blocks, { ours: 'with metrics, scraped every second', without: 'without metrics' });
}

/** The same, while somebody scrapes. */
function scraped(port: number, measure: Measure): Measure {
  return async (durationMs) => {
    const scrapes: Promise<void>[] = [];
    const timer = setInterval(() => void scrapes.push(scrape(port)), SCRAPE_MS);
    try {
      return await measure(durationMs);
    } finally {
      clearInterval(timer);
      await Promise.all(scrapes);
    }
  };
}

async function scrape(port: number): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (reply.status !== 200) throw new Error(`/metrics answered ${reply.status}`);
  await reply.arrayBuffer();
}
