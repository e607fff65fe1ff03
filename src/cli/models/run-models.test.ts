import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeringServer, closedUrl } from '../../../test/support/answering-server.js';
import { runCommand } from '../../../test/support/command-run.js';
import { IRIS, LIST, MNIST, MNIST_TABLE } from '../../../test/support/repository-answers.js';

// Every command runs against a server over a real socket that answers the JSON of furiosa-server.

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

  it('says which places of models cannot be looked at, beside the table', async (t) => {
    const sources = [
      { name: 'the configuration', up: true, fault: null, models: 1, last_seen_ms: 1 },
      {
        name: 'the model repository /models',
        up: false,
        fault: 'it is not there',
        models: 0,
        last_seen_ms: null,
      },
    ];
    const { url } = await answeringServer(t, {
      [LIST]: { json: [MNIST] },
      'GET /v2/repository/sources': { json: sources },
    });
    const error = 'furiosa models: the model repository /models cannot be looked at: it is not there\n';
    assert.deepEqual(await runCommand(['models', '--url', url]), { status: 0, out: MNIST_TABLE, error });
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
    assert.match(out, /REQUESTS {2}PLATFORM {2}INSTANCES {2}ISOLATION {2}RESTARTS {2}POLICY {2}SOURCE\n/);
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
