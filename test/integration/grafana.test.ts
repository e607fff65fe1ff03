/** The dashboard for Grafana: what it asks is asked of a real Prometheus, about a server that has done something. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { asAsked, GRAFANA_DASHBOARD } from '../support/grafana.js';
import type { Loose } from '../support/grpc-client.js';
import { failingModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { NO_PROMETHEUS, startPrometheus, until } from '../support/prometheus.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const { panels, templating, annotations, __inputs: asked, schemaVersion } = GRAFANA_DASHBOARD;

/** What a server without a cache, shadows and thermometers has nothing to say to. */
const SILENT = ['Kept answers', 'Shadows', 'Temperature of devices'];

describe('the dashboard for Grafana', () => {
  it('asks for its source of data when it is imported, and every panel and variable uses that', () => {
    assert.deepEqual(
      asked.map(({ name, type, pluginId }) => [name, type, pluginId]),
      [['DS_PROMETHEUS', 'datasource', 'prometheus']],
    );
    assert.ok(schemaVersion >= 38);
    const uses = [...panels.filter(({ type }) => type !== 'row'), ...templating.list];
    for (const { datasource } of uses) assert.equal(datasource?.uid, `$\{DS_PROMETHEUS}`);
    for (const { name, type } of templating.list) assert.equal(type, 'query', name);
  });

  it('has panels of numbers of their own, beside each other, with units and titles', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const [at, panel] of panels.entries()) {
      const { x, y, w, h } = panel.gridPos;
      assert.ok(panel.title.length > 0 && x >= 0 && x + w <= 24, panel.title);
      for (const other of panels.slice(at + 1)) {
        const its = other.gridPos;
        const isBeside = x + w <= its.x || its.x + its.w <= x || y + h <= its.y || its.y + its.h <= y;
        assert.ok(isBeside, `'${panel.title}' lies over '${other.title}'`);
      }
      if (panel.type === 'row') continue;
      assert.ok((panel.fieldConfig?.defaults.unit ?? '') !== '', `'${panel.title}' has no unit`);
      const names = (panel.targets ?? []).map(({ refId }) => refId);
      assert.ok(names.length > 0 && new Set(names).size === names.length, panel.title);
    }
  });

  it('every expression is answered, and every panel has something to show', {
    skip: NO_PROMETHEUS,
  }, async (t) => {
    const path = writeModel(folder, 'picks.onnx', failingModel());
    const server = await serve((end) => t.after(end), settingsOf([offerOf({ name: 'picks', path })]));
    const prometheus = await startPrometheus((end) => t.after(end), {
      port: server.port,
      rules: 'groups: []',
    });
    const ask = (expression: string): Promise<Loose[]> => prometheus.query(asAsked(expression, '1m'));
    // Rates are of what is seen to grow: loads and failures, too.
    await until(
      () => ask('furiosa_model_ready'),
      (results) => results.length > 0,
    );
    const good = JSON.stringify(inferBody(tensor('index', 'INT64', [1], [1])));
    const bad = JSON.stringify(inferBody(tensor('index', 'INT64', [1], [99])));
    const work = async (): Promise<void> => {
      await Promise.all([good, good, bad].map((body) => server.post('/v2/models/picks/infer', body)));
    };
    for (const what of ['unload', 'load']) {
      assert.equal((await server.post(`/v2/repository/models/picks/${what}`, '')).status, 200);
    }
    for (const { title, targets = [] } of panels) {
      for (const { expr, refId } of targets) {
        const isSilent = SILENT.includes(title);
        const look = async (): Promise<Loose[]> => {
          if (!isSilent) await work();
          return ask(expr);
        };
        const results = await until(
          look,
          (seen) => isSilent || seen.some(({ value }) => value[1] !== 'NaN'),
        ).catch((thrown: unknown) => assert.fail(`'${title}' ${refId}: ${expr}: ${String(thrown)}`));
        if (isSilent) assert.deepEqual(results, [], title);
      }
    }
    for (const { name, expr } of annotations.list) {
      if (expr !== undefined)
        await ask(expr).catch((thrown: unknown) => assert.fail(`${name}: ${String(thrown)}`));
    }
    for (const { name, query } of templating.list) {
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query.query) ?? [];
      const found = await ask(`count by (${label}) (${selector})`);
      assert.ok(found.length > 0 && found.every(({ metric }) => metric[label]), `$${name} offers nothing`);
    }
  });
});
