import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentTypeOf, formatFor, textOf } from './exposition.js';
import { Samples } from './samples.js';

const accepts: [accept: string | undefined, format: string][] = [
  [undefined, 'prometheus'],
  ['', 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'prometheus'],
  ['text/plain;version=0.0.4', 'prometheus'],
  // Prometheus 2.42
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  // Prometheus 3
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    'openmetrics',
  ],
  ['Application/OpenMetrics-Text', 'openmetrics'],
  ['application/openmetrics-text;q=0.5, text/plain;q=0.9', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  ['application/openmetrics-text;q=nonsense', 'prometheus'],
];
for (const [accept, format] of accepts) {
  test(`who accepts '${accept}' gets ${format}`, () => assert.equal(formatFor(accept), format));
}

function someSamples(): Samples {
  const samples = new Samples();
  const labels = { model: 'a "b"\\\n', version: '1' };
  samples.add('nv_inference_count', 3, labels);
  samples.add('furiosa_request_bytes_total', 7, { transport: 'http' });
  samples.addHistogram(
    'furiosa_request_duration_seconds',
    {
      bounds: [0.1, 1],
      counts: [1, 0, 2],
      sum: 5.5,
      exemplars: [{ labels: { trace_id: 'ab' }, value: 0.05, atSeconds: 100.25 }, null, null],
    },
    { transport: 'http', operation: 'GET /v2' },
  );
  return samples;
}

const LINES = [
  'nv_inference_count{model="a \\"b\\"\\\\\\n",version="1"} 3',
  'furiosa_request_duration_seconds_bucket{transport="http",operation="GET /v2",le="1"} 1',
  'furiosa_request_duration_seconds_bucket{transport="http",operation="GET /v2",le="+Inf"} 3',
  'furiosa_request_duration_seconds_sum{transport="http",operation="GET /v2"} 5.5',
  'furiosa_request_duration_seconds_count{transport="http",operation="GET /v2"} 3',
  'furiosa_request_bytes_total{transport="http"} 7',
];
const FIRST_BUCKET =
  'furiosa_request_duration_seconds_bucket{transport="http",operation="GET /v2",le="0.1"} 1';

test('the text format: names, escapes, cumulative buckets, no exemplars', async () => {
  const text = await textOf(someSamples().families, 'prometheus');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(lines, [LINES[0], FIRST_BUCKET, ...LINES.slice(1)]);
  assert.match(text, /^# TYPE nv_inference_count counter$/m);
  assert.match(text, /^# TYPE furiosa_request_bytes_total counter$/m);
  assert.equal(contentTypeOf('prometheus'), 'text/plain; version=0.0.4; charset=utf-8');
});

test("OpenMetrics: the same names, Triton's counters too, and exemplars", async () => {
  const text = await textOf(someSamples().families, 'openmetrics');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(lines, [LINES[0], `${FIRST_BUCKET} # {trace_id="ab"} 0.05 100.25`, ...LINES.slice(1)]);
  assert.match(text, /^# TYPE nv_inference_count unknown$/m);
  assert.match(text, /^# TYPE furiosa_request_bytes counter$/m);
  assert.ok(text.endsWith('\n# EOF\n'));
  assert.equal(contentTypeOf('openmetrics'), 'application/openmetrics-text; version=1.0.0; charset=utf-8');
});

const strangers: [name: string, labels: Record<string, string>][] = [
  ['furiosa_unheard_of', {}],
  ['nv_inference_count', { model: 'a' }],
  ['furiosa_server_ready', { model: 'a' }],
];
for (const [name, labels] of strangers) {
  test(`what the catalogue does not have is a bug: ${name} ${JSON.stringify(labels)}`, () => {
    assert.throws(() => new Samples().add(name, 1, labels), /This is a bug/);
  });
}
