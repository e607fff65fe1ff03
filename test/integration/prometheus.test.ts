import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CATALOG } from '#telemetry/metrics/catalog.js';
import { readSeries } from '../support/metrics.js';
import { modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { repositoryRoot } from '../support/places.js';
import { NO_PROMETHEUS, startPrometheus, until } from '../support/prometheus.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const slowPath = writeModel(folder, 'slow.onnx', slowModel());
const deploy = join(repositoryRoot, 'deploy');
const rules = readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8');

const INFER = '/v2/models/slow/infer';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

function infer(
  server: TestServer,
  iterations: number,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${INFER}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(inferBody(tensor('iterations', 'INT64', [1], [iterations]))),
  });
}

describe('a real Prometheus', { skip: NO_PROMETHEUS }, () => {
  it('takes the rules, and their tests pass', () => {
    for (const args of [
      ['check', 'rules', 'alerts.yml'],
      ['check', 'config', 'prometheus.yml'],
      ['test', 'rules', 'alerts.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, {
        cwd: join(deploy, 'prometheus'),
        encoding: 'utf8',
      });
      assert.equal(status, 0, `promtool ${args.join(' ')}: ${stdout}${stderr}`);
    }
  });

  it('scrapes the server: every series arrives under its own name, with exemplars', async (t) => {
    const server = await serve(
      (end) => t.after(end),
      settingsOf([offerOf({ name: 'slow', path: slowPath })]),
    );
    const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;
    assert.equal((await infer(server, 1, { traceparent })).status, 200);
    const prometheus = await startPrometheus((end) => t.after(end), { port: server.port, rules });
    const success = 'nv_inference_request_success{model="slow", version="1"}';
    const [found] = await until(
      () => prometheus.query(success),
      (results) => results.length > 0,
    );
    assert.equal(found.value[1], '1');
    const { health, lastError } = await prometheus.target();
    assert.deepEqual([health, lastError], ['up', '']);
    // It asks for OpenMetrics; a scrape of the text format must have the same names.
    const namesNow = async (): Promise<string[]> => {
      const { text } = await server.get('/metrics');
      return [...new Set([...readSeries(text).keys()].map((line) => line.split('{', 1)[0] as string))];
    };
    const names = await namesNow();
    const stored = await until(
      () => prometheus.query('count by (__name__) ({job="furiosa-server"})'),
      (results) => names.every((name) => results.some(({ metric }) => metric.__name__ === name)),
    );
    // What was first seen meanwhile (a garbage collection, say) is in a later scrape.
    const known = [...(await namesNow()), 'up', 'ALERTS', 'ALERTS_FOR_STATE'];
    const others = stored
      .map(({ metric }) => metric.__name__ as string)
      .filter((name) => !known.includes(name) && !name.startsWith('scrape_'));
    assert.deepEqual(others, []);
    const exemplars = await prometheus.exemplars('furiosa_request_duration_seconds_bucket');
    assert.deepEqual(
      exemplars.map((each) => each.exemplars[0].labels),
      [{ trace_id: TRACE }],
    );
  });

  it('fires the alerts of an overload while it lasts, and not before', async (t) => {
    const server = await serve(
      (end) => t.after(end),
      settingsOf([offerOf({ name: 'slow', path: slowPath })], { maxQueueSize: 4 }),
    );
    // The same rules, for seconds in place of minutes.
    const quick = rules.replace(/for: \d+m/g, 'for: 0s').replace(/\[\d+m\]/g, '[3s]');
    const prometheus = await startPrometheus((end) => t.after(end), { port: server.port, rules: quick });
    await until(
      () => prometheus.query('furiosa_server_ready'),
      (results) => results.length > 0,
    );
    assert.deepEqual(await prometheus.firing(), []);
    let isOver = false;
    const statuses = new Set<number>();
    const client = async (): Promise<void> => {
      while (!isOver) statuses.add((await infer(server, 1000)).status);
    };
    const clients = Array.from({ length: 8 }, client);
    const wanted = ['FuriosaRefusingLoad', 'FuriosaQueueOld'];
    try {
      await until(
        () => prometheus.firing(),
        (firing) => wanted.every((name) => firing.includes(name)),
      );
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    assert.deepEqual([...statuses].sort(), [200, 503]);
    await until(
      () => prometheus.firing(),
      (firing) => !wanted.some((name) => firing.includes(name)),
    );
  });
});

/** Of PromQL, the words that may be names of metrics. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replace(/"[^"]*"/g, '').replace(/\{[^}]*\}/g, '');
  return [...bare.matchAll(/\b(?:nv|furiosa|process|nodejs)_\w+/g)].map(([name]) => name);
}

function isCatalogued(name: string): boolean {
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  return CATALOG.has(name) || CATALOG.get(base)?.type === 'histogram';
}

/** Every text of a JSON value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

describe('what is in deploy/', () => {
  const dashboard: unknown = JSON.parse(readFileSync(join(deploy, 'grafana/furiosa-server.json'), 'utf8'));

  it('the dashboard asks for metrics that there are, with labels that they have', () => {
    const expressions = textsIn(dashboard).filter((text) => metricsIn(text).length > 0);
    assert.ok(expressions.length > 25, `only ${expressions.length} expressions`);
    assert.deepEqual(
      expressions.flatMap(metricsIn).filter((name) => !isCatalogued(name)),
      [],
    );
    for (const text of expressions) {
      for (const [, name = '', selector = ''] of text.matchAll(/(\w+)\{([^}]*)\}/g)) {
        if (name === 'instance') continue;
        const known = CATALOG.get(name) ?? CATALOG.get(name.replace(/_(?:bucket|sum|count)$/, ''));
        const labels = [...selector.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label]) => label ?? '');
        const unknown = labels.filter(
          (label) => !['job', 'instance', ...(known?.labels ?? [])].includes(label),
        );
        assert.deepEqual(unknown, [], text);
      }
    }
  });

  it('the rules ask for metrics that there are', () => {
    const named = metricsIn(rules);
    assert.ok(named.length > 15);
    assert.deepEqual(
      named.filter((name) => !isCatalogued(name)),
      [],
    );
  });

  it('every alert has a severity, texts, and a heading in docs/metrics.md that says what to do', () => {
    const page = readFileSync(join(repositoryRoot, 'docs/metrics.md'), 'utf8');
    const alerts = rules.split('- alert: ').slice(1);
    assert.equal(alerts.length, 16);
    for (const alert of alerts) {
      const [name = ''] = alert.split('\n', 1);
      for (const key of ['severity', 'summary', 'description'])
        assert.match(alert, new RegExp(`${key}: \\S`), name);
      assert.ok(alert.includes(`runbook: docs/metrics.md#${name.toLowerCase()}\n`), name);
      assert.match(page, new RegExp(`^### ${name}$`, 'm'));
    }
    assert.equal([...page.matchAll(/^### Furiosa\w+$/gm)].length, alerts.length);
  });
});
