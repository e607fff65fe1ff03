import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type LoadProgress, runLoad } from '../../web/load/load-run.js';
import { type LoadInput, requestBody, shapesWith } from '../../web/load/request-body.js';
import type { StatsAnswer } from '../../web/load/server-view.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import type { TestServer } from '../support/server.js';

describe('a load test of the samples', () => {
  const end = atEnd(after);
  let server: TestServer;
  let clock = 0;

  before(async () => {
    server = await serve(end, readSettings({ modelConfig: 'samples/model_config_example.yaml' }));
  });

  for (const model of ['mnist', 'mnist-onnx', 'iris']) {
    for (const fill of ['zeros', 'random'] as const) {
      test(`${model} answers what is made up of its metadata, ${fill}, and counts it`, async () => {
        const path = `http://127.0.0.1:${server.port}/v2/models/${model}/versions/1`;
        const { inputs } = (await (await fetch(path)).json()) as { readonly inputs: readonly LoadInput[] };
        const { bytes, headerLength } = requestBody(shapesWith(inputs, new Map()), fill, Math.random);
        const told: LoadProgress[] = [];
        await runLoad(
          { steps: [2], secondsEach: 1 },
          {
            // Every look at the clock is a tenth of a second later: a few requests are enough.
            nowMs: () => (clock += 100),
            tell: (progress) => void told.push(progress),
            stats: async () =>
              ((await (await fetch(`${path}/stats`)).json()) as StatsAnswer).model_stats[0] ?? null,
            send: async () => {
              const response = await fetch(`${path}/infer`, {
                method: 'POST',
                headers: { 'inference-header-content-length': String(headerLength) },
                body: bytes,
              });
              const answer = await response.arrayBuffer();
              assert.equal(response.status, 200, new TextDecoder().decode(answer));
              assert.equal(response.headers.get('content-type'), 'application/octet-stream');
            },
          },
          new AbortController().signal,
        );
        const last = told.at(-1);
        assert.equal(last?.state, 'done', last?.sentence ?? '');
        const [{ summary, server: seen } = { summary: null, server: null }] = last?.results ?? [];
        assert.ok(summary !== null && summary.succeeded > 0);
        assert.equal(summary.failed, 0);
        assert.equal(seen?.succeeded, summary.succeeded);
        assert.ok(seen.rowsPerRun !== null && seen.rowsPerRun >= 1);
      });
    }
  }
});
