import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JsonPlace } from '#cli/json-place.js';
import { decodePlan } from './reload-plan.js';
import { decodeModels, modelRecord } from './repository-model.js';

/** As a server answers it, with everything that can be known. */
const WHOLE = {
  name: 'mnist',
  source: '/models/mnist',
  fault: 'config.json: there is no key "plattform"',
  policy: { latest: { num_versions: 2 } },
  labels: { stable: '2' },
  split: { 1: 90, 2: 10 },
  shadow: { version: '3', percent: 50 },
  versions: [
    {
      version: '2',
      state: 'READY',
      reason: 'it was asked for',
      wanted: false,
      platform: 'cpu',
      devices: ['cpu'],
      instances: 2,
      memory_bytes: 123,
      inference_count: 5,
      isolation: 'process',
      restarts: { crash: 0, killed: 2, hang: 1, load: 0 },
    },
  ],
};

const VERSION = { version: '1', state: 'READY' };
const MODEL = { name: 'mnist', versions: [VERSION] };
const PLAN = { can_apply: true, problems: [], load: [], change: [], unload: [], keep: 0, restart: [] };

describe('the models of a server', () => {
  it('are read and written as the server writes them', () => {
    const policies = [WHOLE.policy, { all: {} }, { specific: { versions: ['1', '3'] } }, null];
    const answer = policies.map((policy) => ({ ...WHOLE, policy }));
    assert.deepEqual(decodeModels(new JsonPlace(answer)).map(modelRecord), answer);
  });

  it('may lack what a server of another version does not know, and have what this command does not know', () => {
    const answer = [{ ...MODEL, colour: 'red', policy: { oldest: {} } }];
    assert.deepEqual(decodeModels(new JsonPlace(answer)).map(modelRecord), [
      {
        name: 'mnist',
        source: null,
        fault: null,
        policy: null,
        labels: {},
        split: null,
        shadow: null,
        versions: [
          {
            version: '1',
            state: 'READY',
            reason: '',
            wanted: true,
            platform: null,
            devices: [],
            instances: 0,
            memory_bytes: null,
            inference_count: 0,
            isolation: null,
            restarts: null,
          },
        ],
      },
    ]);
  });

  const rows: readonly (readonly [answer: unknown, sentence: string])[] = [
    [null, 'the answer is not a list'],
    [{ models: [] }, 'the answer is not a list'],
    [['mnist'], '[0] is not an object'],
    [[MODEL, {}], '[1].name is missing'],
    [[{ ...MODEL, name: 1 }], '[0].name is not text'],
    [[{ name: 'mnist' }], '[0].versions is missing'],
    [[{ ...MODEL, versions: {} }], '[0].versions is not a list'],
    [[{ ...MODEL, versions: [VERSION, { version: '2' }] }], '[0].versions[1].state is missing'],
    [
      [{ ...MODEL, versions: [{ ...VERSION, wanted: 'yes' }] }],
      '[0].versions[0].wanted is not true or false',
    ],
    [[{ ...MODEL, versions: [{ ...VERSION, devices: [7] }] }], '[0].versions[0].devices[0] is not text'],
    [
      [{ ...MODEL, versions: [{ ...VERSION, memory_bytes: '1' }] }],
      '[0].versions[0].memory_bytes is not a number',
    ],
    [[{ ...MODEL, labels: { stable: 2 } }], '[0].labels.stable is not text'],
    [[{ ...MODEL, split: [] }], '[0].split is not an object'],
    [[{ ...MODEL, shadow: { version: '1' } }], '[0].shadow.percent is missing'],
    [[{ ...MODEL, policy: { latest: {} } }], '[0].policy.latest.num_versions is missing'],
  ];
  for (const [answer, message] of rows) {
    it(`${JSON.stringify(answer)}: ${message}`, () => {
      assert.throws(() => decodeModels(new JsonPlace(answer)), { message });
    });
  }
});

describe('the plan of a server', () => {
  it('is read whole', () => {
    const step = { model: 'mnist', version: '2', why: 'new' };
    const answer = {
      ...PLAN,
      problems: [{ text: 'models.yaml:3:5: no such file' }],
      load: [step],
      change: [{ ...step, why: null }],
      route: [],
      keep: 12,
      restart: ['http-port'],
      applied: true,
    };
    assert.deepEqual(decodePlan(new JsonPlace(answer)), {
      canApply: true,
      problems: ['models.yaml:3:5: no such file'],
      load: [step],
      change: [{ ...step, why: '' }],
      unload: [],
      route: [],
      keep: 12,
      restart: ['http-port'],
    });
  });

  const rows: readonly (readonly [answer: unknown, sentence: string])[] = [
    [[], 'the answer is not an object'],
    [{}, 'can_apply is missing'],
    [{ ...PLAN, can_apply: 1 }, 'can_apply is not true or false'],
    [{ ...PLAN, problems: ['no'] }, 'problems[0] is not an object'],
    [{ ...PLAN, unload: [{ model: 'mnist' }] }, 'unload[0].version is missing'],
    [{ ...PLAN, keep: 'all' }, 'keep is not a number'],
    [{ ...PLAN, restart: [{}] }, 'restart[0] is not text'],
  ];
  for (const [answer, message] of rows) {
    it(`${JSON.stringify(answer)}: ${message}`, () => {
      assert.throws(() => decodePlan(new JsonPlace(answer)), { message });
    });
  }
});
