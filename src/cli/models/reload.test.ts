import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JsonPlace } from '#cli/json-place.js';
import { answeringServer } from '../../../test/support/answering-server.js';
import { runCommand } from '../../../test/support/command-run.js';
import { LIST, model, version } from '../../../test/support/repository-answers.js';
import type { StepKind } from './print-plan.js';
import { outcomeOf } from './reload.js';
import { decodeModels } from './repository-model.js';

const STEP = { model: 'mnist', version: '2', why: 'new' };

describe('what became of a step of a reload', () => {
  const rows: readonly (readonly [kind: StepKind, state: string | null, verb: string, fault: string])[] = [
    ['load', 'READY', 'loaded', ''],
    ['load', 'LOADING', 'loading', ''],
    ['load', 'UNAVAILABLE', 'failed', 'it is UNAVAILABLE'],
    ['load', 'UNLOADING', 'failed', 'it is UNLOADING'],
    ['load', null, 'failed', 'it is UNAVAILABLE'],
    ['change', 'READY', 'changed', ''],
    ['change', 'LOADING', 'changing', ''],
    ['change', 'UNAVAILABLE', 'failed', 'it is UNAVAILABLE'],
    ['unload', 'UNAVAILABLE', 'unloaded', ''],
    ['unload', 'UNLOADING', 'unloading', ''],
    ['unload', null, 'unloaded', ''],
    ['unload', 'READY', 'failed', 'it is READY'],
  ];
  for (const [kind, state, verb, fault] of rows) {
    it(`${kind}, and it is ${state ?? 'not known any more'}: ${verb}`, () => {
      const [found] = decodeModels(
        new JsonPlace([{ name: 'mnist', versions: state === null ? [] : [{ version: '2', state }] }]),
      );
      const version = found?.versions[0] ?? null;
      assert.deepEqual(outcomeOf(kind, STEP, version), { verb, kind, step: STEP, fault });
    });
  }
});

const PLAN = 'GET /v2/repository/plan';
const RELOAD = 'POST /v2/repository/reload';
const STEPS = {
  can_apply: true,
  problems: [],
  load: [{ model: 'mnist', version: '2', why: 'new' }],
  change: [{ model: 'iris', version: '1', why: 'settings: dynamic_batching' }],
  unload: [{ model: 'old', version: '1', why: '' }],
  keep: 12,
  restart: ['http-port', 'grpc-port'],
};
const NO_STEPS = { ...STEPS, load: [], change: [], unload: [], restart: [] };
const WRONG = {
  ...NO_STEPS,
  can_apply: false,
  keep: 0,
  problems: [
    { text: 'models.yaml:3:5: model_config_list[0].modle: there is no such key' },
    { text: 'models.yaml:9:5: two\nlines' },
  ],
};

describe('furiosa models plan', () => {
  const rows: readonly (readonly [plan: object, lines: readonly string[]])[] = [
    [
      STEPS,
      [
        'load    mnist/2  (new)',
        'change  iris/1   settings: dynamic_batching',
        'unload  old/1',
        'keep    12 more',
        'restart needed for: http-port, grpc-port',
      ],
    ],
    [{ ...STEPS, change: [], unload: [], keep: 0, restart: [] }, ['load  mnist/2  (new)']],
    [
      { ...NO_STEPS, route: [{ model: 'iris', version: '2', why: 'traffic_weight: 10 -> 100' }] },
      ['route  iris/2  traffic_weight: 10 -> 100', 'keep   12 more'],
    ],
    [NO_STEPS, ['no changes, 12 stay as they are']],
    [{ ...NO_STEPS, keep: 0, restart: ['host'] }, ['no changes', 'restart needed for: host']],
  ];
  for (const [plan, lines] of rows) {
    it(lines.join(' / '), async (t) => {
      const { url } = await answeringServer(t, { [PLAN]: { json: plan } });
      const expected = { status: 0, out: `${lines.join('\n')}\n`, error: '' };
      assert.deepEqual(await runCommand(['models', 'plan', '--url', url]), expected);
    });
  }

  it('sets long reasons in on a terminal', async (t) => {
    const change = [
      { model: 'iris', version: '1', why: 'settings: dynamic_batching, max_batch_size, workers' },
    ];
    const { url } = await answeringServer(t, { [PLAN]: { json: { ...NO_STEPS, change } } });
    const { out } = await runCommand(['models', 'plan', '--url', url], { columns: 44 });
    assert.equal(
      out,
      [
        'change  iris/1  settings: dynamic_batching,',
        '                max_batch_size, workers',
        'keep    12 more',
        '',
      ].join('\n'),
    );
  });

  it('ends with status 1 and every problem of the configuration', async (t) => {
    const { url } = await answeringServer(t, { [PLAN]: { json: WRONG } });
    assert.deepEqual(await runCommand(['models', 'plan', '--url', url]), {
      status: 1,
      out: '',
      error: [
        'furiosa models plan: the configuration of the server cannot be applied',
        'models.yaml:3:5: model_config_list[0].modle: there is no such key',
        'models.yaml:9:5: two',
        'lines',
        '',
      ].join('\n'),
    });
  });
});

describe('furiosa models reload', () => {
  it('prints what became of each version', async (t) => {
    const server = await answeringServer(t, {
      [RELOAD]: { json: { ...STEPS, applied: true } },
      [LIST]: {
        json: [
          model('mnist', version('1', 'READY'), version('2', 'READY')),
          model('iris', version('1', 'READY')),
          model('old', version('1', 'UNLOADING')),
        ],
      },
    });
    assert.deepEqual(await runCommand(['models', 'reload', '--url', server.url]), {
      status: 0,
      out: [
        'loaded     mnist/2  (new)',
        'changed    iris/1   settings: dynamic_batching',
        'unloading  old/1',
        'kept       12 more',
        'restart needed for: http-port, grpc-port',
        '',
      ].join('\n'),
      error: '',
    });
    assert.deepEqual(server.asked, [RELOAD, LIST]);
  });

  it('ends with status 1 where a version was lost meanwhile', async (t) => {
    const { url } = await answeringServer(t, {
      [RELOAD]: { json: { ...STEPS, applied: true, restart: [] } },
      [LIST]: {
        json: [
          model('mnist', version('2', 'UNAVAILABLE', { reason: 'the engine\nended' })),
          model('iris', version('1', 'UNAVAILABLE')),
        ],
      },
    });
    assert.deepEqual(await runCommand(['models', 'reload', '--url', url]), {
      status: 1,
      out: [
        'failed    mnist/2  (new): the engine ended',
        'failed    iris/1   settings: dynamic_batching: it is UNAVAILABLE',
        'unloaded  old/1',
        'kept      12 more',
        '',
      ].join('\n'),
      error: '',
    });
  });

  it('says that nothing was changed where the server refused', async (t) => {
    const error = 'mnist/2: mnist.onnx: there is no such file\niris/1: no';
    for (const [answer, lines] of [
      [
        { status: 400, body: JSON.stringify({ error }) },
        [`furiosa models reload: ${error}`, 'nothing was changed', ''],
      ],
      [
        { json: { ...WRONG, applied: false } },
        [
          'furiosa models reload: the configuration of the server cannot be applied',
          'models.yaml:3:5: model_config_list[0].modle: there is no such key',
          'models.yaml:9:5: two',
          'lines',
          'nothing was changed',
          '',
        ],
      ],
    ] as const) {
      const { url } = await answeringServer(t, { [RELOAD]: answer });
      assert.deepEqual(await runCommand(['models', 'reload', '--url', url]), {
        status: 1,
        out: '',
        error: lines.join('\n'),
      });
    }
  });

  it('does not say so where that is not known', async (t) => {
    const { url } = await answeringServer(t, { [RELOAD]: { status: 500, body: '{"error":"a bug"}' } });
    const { status, error } = await runCommand(['models', 'reload', '--url', url]);
    assert.deepEqual(
      [status, error],
      [1, `furiosa models reload: ${url}/v2/repository/reload answered 500: a bug\n`],
    );
  });
});
