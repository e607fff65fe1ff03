import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { answeringServer, closedUrl } from '../../../test/support/answering-server.js';
import { runCommand } from '../../../test/support/command-run.js';

// Every command runs against a server over a real socket that answers the JSON of furiosa-server.

function version(name: string, state: string, more: object = {}): object {
  const instances = state === 'READY' ? 1 : 0;
  const known = { wanted: true, platform: 'cpu', devices: ['cpu'], memory_bytes: 1500, inference_count: 7 };
  return { version: name, state, reason: '', ...known, instances, ...more };
}

function model(name: string, ...versions: object[]): object {
  const settings = { policy: { all: {} }, labels: {}, split: null, shadow: null };
  return { name, source: 'models.yaml', fault: null, ...settings, versions };
}

const LIST = 'GET /v2/repository/models';
const MNIST = model('mnist', version('1', 'READY'));
const IRIS = model('iris', version('1', 'UNAVAILABLE', { reason: 'iris.onnx: there is no such file' }));

const MNIST_TABLE = [
  'MODEL  VERSION  STATE  DEVICE  MEMORY  REQUESTS',
  'mnist  1        READY  cpu     1.5 kB  7',
  '',
].join('\n');

const folder = mkdtempSync(join(tmpdir(), 'furiosa-models-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('furiosa models', () => {
  it('prints all models, with and without the command list', async (t) => {
    const { url } = await answeringServer(t, { [LIST]: { json: [MNIST, IRIS] } });
    const expected = [
      'MODEL  VERSION  STATE        DEVICE  MEMORY  REQUESTS  REASON',
      'mnist  1        READY        cpu     1.5 kB  7         -',
      'iris   1        UNAVAILABLE  cpu     1.5 kB  7         iris.onnx: there is no such file',
      '',
    ].join('\n');
    for (const argv of [
      ['models', '--url', url],
      ['models', 'list', '--url', url],
    ]) {
      assert.deepEqual(await runCommand(argv), { status: 0, out: expected, error: '' });
    }
  });

  it('prints the one that is named', async (t) => {
    const { url } = await answeringServer(t, { [LIST]: { json: [MNIST, IRIS] } });
    for (const argv of [
      ['models', 'mnist', '--url', url],
      ['models', 'list', '--url', url, 'mnist'],
    ]) {
      assert.deepEqual(await runCommand(argv), { status: 0, out: MNIST_TABLE, error: '' });
    }
  });

  it('ends with status 1 where there is none of that name', async (t) => {
    const { url } = await answeringServer(t, { [LIST]: { json: [MNIST, IRIS] } });
    const rows = [
      ['mnits', `there is no model 'mnits' at ${url}; did you mean 'mnist'?`],
      ['tokenizer', `there is no model 'tokenizer' at ${url}`],
    ] as const;
    for (const [name, sentence] of rows) {
      const expected = { status: 1, out: '', error: `furiosa models: ${sentence}\n` };
      assert.deepEqual(await runCommand(['models', name, '--url', url]), expected);
    }
  });

  it('--json prints what the server answers', async (t) => {
    const { url } = await answeringServer(t, { [LIST]: { json: [MNIST, IRIS] } });
    const { out, status } = await runCommand(['models', '--json', '--url', url]);
    assert.deepEqual(JSON.parse(out), [MNIST, IRIS]);
    assert.equal(status, 0);
    const named = await runCommand(['models', 'iris', '--json', '--url', url]);
    assert.deepEqual(JSON.parse(named.out), [IRIS]);
  });

  it('--wide prints more columns', async (t) => {
    const { url } = await answeringServer(t, { [LIST]: { json: [MNIST] } });
    const { out } = await runCommand(['models', '--wide', '--url', url]);
    assert.match(out, /REQUESTS {2}PLATFORM {2}INSTANCES {2}POLICY {2}SOURCE\n/);
  });

  it('asks the server of FURIOSA_SERVER_URL, unless --url says another', async (t) => {
    const { url } = await answeringServer(t, { [LIST]: { json: [MNIST] } });
    const here = await runCommand(['models'], { env: { FURIOSA_SERVER_URL: url } });
    assert.equal(here.out, MNIST_TABLE);
    const nowhere = { FURIOSA_SERVER_URL: await closedUrl() };
    assert.equal((await runCommand(['models', '--url', url], { env: nowhere })).out, MNIST_TABLE);
  });

  it('refuses a FURIOSA_SERVER_URL that is no address', async () => {
    assert.deepEqual(
      await runCommand(['models', 'plan'], { env: { FURIOSA_SERVER_URL: 'localhost:8080' } }),
      {
        status: 2,
        out: '',
        error:
          "furiosa models plan: FURIOSA_SERVER_URL must be an address such as http://localhost:8080; 'localhost:8080' was given\n",
      },
    );
  });

  it('says where nobody answers, in the name of each command', async () => {
    const url = await closedUrl();
    const address = url.replace('http://', '');
    for (const [words, path] of [
      ['', 'models'],
      ['list', 'models'],
      ['load mnist', 'models/mnist/load'],
      ['unload mnist', 'models'],
      ['plan', 'plan'],
      ['reload', 'reload'],
    ] as const) {
      const argv = ['models', ...words.split(' ').filter((word) => word !== '')];
      const [name = ''] = words.split(' ');
      const command = `furiosa models ${name}`.trim();
      assert.deepEqual(await runCommand([...argv, '--url', url]), {
        status: 1,
        out: '',
        error: `${command}: no answer from ${url}/v2/repository/${path}: connect ECONNREFUSED ${address}; is a server running there?\n`,
      });
    }
  });

  const strange: readonly (readonly [status: number, body: string, sentence: string])[] = [
    [
      404,
      '{"error":"no route"}',
      'answered 404: no route; is it a furiosa-server, and as new as this command?',
    ],
    [404, '<html>', 'answered 404; is it a furiosa-server, and as new as this command?'],
    [503, '{"error":"the server is shutting down"}', 'answered 503: the server is shutting down'],
    [
      200,
      '<html>',
      'answered something else: the answer is not a list; is it a furiosa-server, and as new as this command?',
    ],
    [
      200,
      '[{"name":"mnist"}]',
      'answered something else: [0].versions is missing; is it a furiosa-server, and as new as this command?',
    ],
  ];
  for (const [status, body, sentence] of strange) {
    it(`${status} ${body}: ${sentence}`, async (t) => {
      const { url } = await answeringServer(t, { [LIST]: { status, body } });
      assert.deepEqual(await runCommand(['models', '--url', url]), {
        status: 1,
        out: '',
        error: `furiosa models: ${url}/v2/repository/models ${sentence}\n`,
      });
    });
  }
});

describe('furiosa models load', () => {
  const LOAD = 'POST /v2/repository/models/mnist/load';

  it('prints the model once it is ready', async (t) => {
    const server = await answeringServer(t, { [LOAD]: { json: {} }, [LIST]: { json: [IRIS, MNIST] } });
    assert.deepEqual(await runCommand(['models', 'load', 'mnist', '--url', server.url]), {
      status: 0,
      out: MNIST_TABLE,
      error: '',
    });
    assert.deepEqual(server.asked, [`${LOAD} {}`, LIST]);
  });

  it('sends the name in one piece', async (t) => {
    const server = await answeringServer(t, {});
    await runCommand(['models', 'load', 'a/b ?#', '--url', server.url]);
    assert.deepEqual(server.asked, ['POST /v2/repository/models/a%2Fb%20%3F%23/load {}']);
  });

  it('sends --force and the text of --config', async (t) => {
    const server = await answeringServer(t, { [LOAD]: { json: {} }, [LIST]: { json: [MNIST] } });
    const text = '{ "max_batch_size": 8 }\n';
    const argv = ['models', 'load', '--force', '--config', file('mnist.json', `\ufeff${text}`), 'mnist'];
    assert.equal((await runCommand([...argv, '--url', server.url])).status, 0);
    const body = JSON.stringify({ parameters: { force: true, config: text } });
    assert.equal(server.asked[0], `${LOAD} ${body}`);
  });

  it('ends with status 1 and the sentence of the server', async (t) => {
    for (const [answer, sentence] of [
      [{ status: 400, body: '{"error":"mnist/1: mnist.onnx: there is no such file"}' }, null],
      [{ status: 502, body: '<html>' }, '/v2/repository/models/mnist/load answered 502'],
    ] as const) {
      const { url } = await answeringServer(t, { [LOAD]: answer });
      assert.deepEqual(await runCommand(['models', 'load', 'mnist', '--url', url]), {
        status: 1,
        out: '',
        error: `furiosa models load: ${sentence === null ? 'mnist/1: mnist.onnx: there is no such file' : url + sentence}\n`,
      });
    }
  });

  it('asks nothing where the configuration cannot be sent', async (t) => {
    const server = await answeringServer(t, {});
    const rows: readonly (readonly [path: string, status: number, sentence: string | RegExp])[] = [
      [
        'c.PBTXT',
        2,
        "option '--config' must be a JSON file; protobuf text such as 'c.PBTXT' is not read yet",
      ],
      ['/nowhere/c.json', 1, "ENOENT: no such file or directory, open '/nowhere/c.json'"],
      [file('list.json', '[]'), 1, /list\.json: a JSON object was expected, such as {"max_batch_size": 8}$/],
      [file('broken.json', '{"a":'), 1, /^\/.*broken\.json: .*JSON/],
    ];
    for (const [path, status, sentence] of rows) {
      const argv = ['models', 'load', 'mnist', '--config', path, '--url', server.url];
      const { status: ended, error } = await runCommand(argv);
      const said = error.replace('furiosa models load: ', '').trimEnd();
      assert.equal(ended, status);
      if (typeof sentence === 'string') assert.equal(said, sentence);
      else assert.match(said, sentence);
    }
    assert.deepEqual(server.asked, []);
  });
});

describe('furiosa models unload', () => {
  const UNLOAD = 'POST /v2/repository/models/mnist/unload';
  const gone = model('mnist', version('1', 'UNAVAILABLE', { reason: 'unloaded' }));

  it('prints what was unloaded', async (t) => {
    const server = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST, IRIS] }, { json: [gone, IRIS] }],
    });
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--url', server.url]), {
      status: 0,
      out: 'unloaded  mnist/1\n',
      error: '',
    });
    assert.deepEqual(server.asked, [LIST, `${UNLOAD} {}`, LIST]);
  });

  it('says so where it was not loaded', async (t) => {
    const { url } = await answeringServer(t, { [UNLOAD]: { json: {} }, [LIST]: { json: [gone] } });
    const expected = { status: 0, out: 'mnist was not loaded\n', error: '' };
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--url', url]), expected);
  });

  it('--with-dependents unloads the others, too', async (t) => {
    const digits = (state: string): object => model('digits', version('3', state));
    const server = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST, digits('READY'), IRIS] }, { json: [digits('UNAVAILABLE'), IRIS] }],
    });
    const argv = ['models', 'unload', 'mnist', '--with-dependents', '--url', server.url];
    assert.deepEqual(await runCommand(argv), {
      status: 0,
      out: 'unloaded  mnist/1\nunloaded  digits/3\n',
      error: '',
    });
    assert.equal(server.asked[1], `${UNLOAD} {"parameters":{"unload_dependents":true}}`);
  });

  it('ends with status 1 and the sentence of the server', async (t) => {
    const { url } = await answeringServer(t, {
      [UNLOAD]: { status: 400, body: '{"error":"mnist is used by the ensemble digits"}' },
      [LIST]: { json: [MNIST] },
    });
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--url', url]), {
      status: 1,
      out: '',
      error: 'furiosa models unload: mnist is used by the ensemble digits\n',
    });
  });

  it('ends with status 1 where it is not gone in time', async (t) => {
    const { url } = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST] }, { json: [model('mnist', version('1', 'UNLOADING'))] }],
    });
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--timeout', '0', '--url', url]), {
      status: 1,
      out: '',
      error:
        'furiosa models unload: mnist/1 is UNLOADING still after 0 s; requests in flight are waited for, by --timeout SECONDS\n',
    });
  });
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
