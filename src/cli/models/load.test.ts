import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { answeringServer } from '../../../test/support/answering-server.js';
import { runCommand } from '../../../test/support/command-run.js';
import { IRIS, LIST, MNIST, MNIST_TABLE } from '../../../test/support/repository-answers.js';

const folder = mkdtempSync(join(tmpdir(), 'furiosa-models-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

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
