/** `furiosa models` as a process of its own, as people start it, against a server that is one, too. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closedUrl } from '../support/answering-server.js';
import { type ServerProcess, serverProcess } from '../support/command.js';
import type { CommandRun } from '../support/command-run.js';
import { FolderTree } from '../support/folder-tree.js';
import { slowModel } from '../support/onnx-models.js';
import { scaledModel } from '../support/scaled-model.js';
import { atEnd } from '../support/serve.js';

const FURIOSA = fileURLToPath(new URL('../../../bin/furiosa.js', import.meta.url));

/** Runs the command and settles when it has ended. It sees no other variables than those. */
async function furiosa(words: readonly string[], env: Record<string, string> = {}): Promise<CommandRun> {
  const child = spawn(process.execPath, [FURIOSA, 'models', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    timeout: 60_000,
  });
  const ended = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  const [out, error] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString();
  return { status: await ended, out: text(out), error: text(error) };
}

/** Cells of a table, with what differs from host to host left out. */
function cellsOf(out: string): readonly (readonly string[])[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/).map((cell) => cell.replace(/^[\d.]+ [kMG]?B$/, 'BYTES')));
}

const TITLES = ['MODEL', 'VERSION', 'STATE', 'DEVICE', 'MEMORY', 'REQUESTS'];

/** A list of models: name, version, file, and further lines of the entry. */
type Entry = readonly [name: string, version: string, file: string, ...more: readonly string[]];

const FIRST: readonly Entry[] = [
  ['two', '1', 'two.onnx'],
  ['three', '1', 'three.onnx'],
  ['slow', '1', 'slow.onnx'],
];

describe('furiosa models, against a server', () => {
  const end = atEnd(after);
  let tree: FolderTree;
  let server: ServerProcess;
  let url: string;

  const list = (...entries: readonly Entry[]): void => {
    const items = entries.map(([name, version, file, ...more]) =>
      [`  - name: ${name}`, `model: ${file}`, `version: "${version}"`, 'platform: cpu', ...more].join(
        '\n    ',
      ),
    );
    tree.write('models.yaml', `model_config_list:\n${items.join('\n')}\n`);
  };

  const models = (...words: readonly string[]): Promise<CommandRun> => furiosa([...words, '--url', url]);

  /** Every model is there and ready, whatever the test before left. */
  const reset = async (): Promise<void> => {
    list(...FIRST);
    for (const words of [['reload'], ...FIRST.map(([name]) => ['load', name])]) {
      const { status, error } = await models(...words);
      assert.equal(status, 0, error);
    }
  };

  before(async () => {
    tree = new FolderTree(end);
    tree.write('two.onnx', scaledModel(2));
    tree.write('three.onnx', scaledModel(3));
    tree.write('broken.onnx', scaledModel(4).slice(0, 60));
    tree.write('slow.onnx', slowModel());
    list(...FIRST);
    server = await serverProcess(['--model-config', tree.path('models.yaml')]);
    end(() => server.child.kill('SIGKILL'));
    url = `http://127.0.0.1:${server.port}`;
    await server.logged(/are ready/);
  });

  test('list: all of them, one of them, as JSON, and by the variable', async () => {
    const all = await models();
    assert.deepEqual([all.status, all.error], [0, '']);
    assert.deepEqual(cellsOf(all.out), [
      TITLES,
      ['two', '1', 'READY', 'cpu', 'BYTES', '0'],
      ['three', '1', 'READY', 'cpu', 'BYTES', '0'],
      ['slow', '1', 'READY', 'cpu', 'BYTES', '0'],
    ]);
    assert.deepEqual(await furiosa(['list'], { FURIOSA_SERVER_URL: url }), all);
    const one = await models('list', 'three');
    assert.deepEqual(cellsOf(one.out), [TITLES, ['three', '1', 'READY', 'cpu', 'BYTES', '0']]);

    const { out } = await models('list', '--json');
    const told = await (await fetch(`${url}/v2/repository/models`)).json();
    assert.deepEqual(JSON.parse(out), told);
    const [only, ...others] = JSON.parse((await models('two', '--json')).out);
    assert.deepEqual([only.name, others], ['two', []]);
    const wide = await models('--wide');
    assert.deepEqual(cellsOf(wide.out)[0]?.slice(0, 8), [...TITLES, 'PLATFORM', 'INSTANCES']);
  });

  test('list: a model that there is not, with the one that was meant', async () => {
    assert.deepEqual(await models('thre'), {
      status: 1,
      out: '',
      error: `furiosa models: there is no model 'thre' at ${url}; did you mean 'three'?\n`,
    });
  });

  test('unload, and load again', async () => {
    assert.deepEqual(await models('unload', 'two'), { status: 0, out: 'unloaded  two/1\n', error: '' });
    assert.equal((await fetch(`${url}/v2/models/two/ready`)).status, 503);
    const gone = await models('list', 'two');
    assert.deepEqual(cellsOf(gone.out)[1]?.slice(0, 3), ['two', '1', 'UNAVAILABLE']);
    assert.deepEqual(await models('unload', 'two'), { status: 0, out: 'two was not loaded\n', error: '' });

    const { status, out, error } = await models('load', 'two');
    assert.deepEqual([status, error], [0, '']);
    assert.deepEqual(cellsOf(out), [TITLES, ['two', '1', 'READY', 'cpu', 'BYTES', '0']]);
    assert.equal((await fetch(`${url}/v2/models/two/ready`)).status, 200);
  });

  test('load --force loads anew what is ready', async () => {
    const inferences = async (): Promise<number> => {
      const { model_stats: stats } = (await (await fetch(`${url}/v2/models/three/stats`)).json()) as {
        model_stats: readonly { inference_count: number }[];
      };
      return stats[0]?.inference_count ?? -1;
    };
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 1] }];
    await fetch(`${url}/v2/models/three/infer`, { method: 'POST', body: JSON.stringify({ inputs }) });
    assert.equal(await inferences(), 1);
    assert.equal((await models('load', 'three')).status, 0);
    assert.equal(await inferences(), 1, 'it was ready and stayed');
    assert.equal((await models('load', 'three', '--force')).status, 0);
    assert.equal(await inferences(), 0, 'it counts anew');
  });

  test('unload waits for what is in flight, and with --timeout no longer than that', async () => {
    const body = { inputs: [{ name: 'iterations', datatype: 'INT64', shape: [1], data: [4000] }] };
    const inFlight = fetch(`${url}/v2/models/slow/infer`, { method: 'POST', body: JSON.stringify(body) });
    const early = await models('unload', 'slow', '--timeout', '0');
    // Where the host is quick enough, it may have been done before it was asked for.
    if (early.status === 1) {
      assert.deepEqual(early, {
        status: 1,
        out: '',
        error:
          'furiosa models unload: slow/1 is UNLOADING still after 0 s; requests in flight are waited for, by --timeout SECONDS\n',
      });
    } else assert.deepEqual(early, { status: 0, out: 'unloaded  slow/1\n', error: '' });
    assert.equal((await inFlight).status, 200);
    await reset();
  });

  test('what the server refuses is its own sentence, with status 1', async () => {
    for (const words of [
      ['load', 'nobody'],
      ['unload', 'nobody'],
    ]) {
      const { status, out, error } = await models(...words);
      assert.deepEqual([status, out], [1, ''], words.join(' '));
      assert.match(error, new RegExp(`^furiosa models ${words[0]}: .*'nobody'.*\\n$`));
    }
    tree.write('override.json', '{"max_batch_size": "many"}');
    const wrong = await models('load', 'two', '--config', tree.path('override.json'));
    assert.deepEqual([wrong.status, wrong.out], [1, '']);
    assert.match(wrong.error, /^furiosa models load: .*max_batch_size.*\n$/);
    tree.write('list.json', '[]');
    assert.deepEqual(await models('load', 'two', '--config', tree.path('list.json')), {
      status: 1,
      out: '',
      error: `furiosa models load: ${tree.path('list.json')}: a JSON object was expected, such as {"max_batch_size": 8}\n`,
    });
    const { status } = await models('list', 'two');
    assert.equal(status, 0, 'it serves on');
  });

  test('plan says what reload does, and changes nothing; reload does it', async () => {
    list(FIRST[0] as Entry, ['three', '1', 'two.onnx'], ['four', '1', 'two.onnx']);
    const plan = await models('plan');
    assert.deepEqual([plan.status, plan.error], [0, '']);
    assert.match(
      plan.out,
      /^load {4}four\/1 +\(.*\)\nchange {2}three\/1 .*\nunload {2}slow\/1 +\(no longer configured\)\nkeep {4}1 more\n$/,
    );
    assert.deepEqual(
      cellsOf((await models()).out).map(([name]) => name),
      ['MODEL', 'two', 'three', 'slow'],
    );

    const done = await models('reload');
    assert.deepEqual([done.status, done.error], [0, '']);
    assert.match(
      done.out,
      /^loaded +four\/1 +\(.*\)\nchanged +three\/1 .*\nunload(ed|ing) +slow\/1 +\(no longer configured\)\nkept +1 more\n$/,
    );
    const ready = cellsOf((await models()).out).filter(([, , state]) => state === 'READY');
    assert.deepEqual(ready.map(([name]) => name).sort(), ['four', 'three', 'two']);
    await reset();
  });

  test('a configuration that is wrong is refused whole, with every problem and its place', async () => {
    tree.write(
      'models.yaml',
      [
        'model_config_list:',
        '  - name: two',
        '    model: two.onnx',
        '    platform: nup',
        '  - name: five',
        '    modle: two.onnx',
        '',
      ].join('\n'),
    );
    for (const command of ['plan', 'reload']) {
      const { status, out, error } = await models(command);
      assert.deepEqual([status, out], [1, '']);
      const [first, ...problems] = error.trimEnd().split('\n');
      assert.equal(first, `furiosa models ${command}: the configuration of the server cannot be applied`);
      assert.match(
        problems[0] ?? '',
        /models\.yaml:4:15: .*platform: expected .*"nup"; did you mean "npu"\?$/,
      );
      assert.ok(
        problems.some((line) => /models\.yaml:6:\d+: .*modle/.test(line)),
        error,
      );
      assert.equal(problems.at(-1) === 'nothing was changed', command === 'reload');
    }
    const ready = cellsOf((await models()).out).filter(([, , state]) => state === 'READY');
    assert.deepEqual(ready.map(([name]) => name).sort(), ['slow', 'three', 'two']);
    await reset();
  });

  test('a reload whose load fails changes nothing, and says so', async () => {
    list(FIRST[0] as Entry, ['broken', '1', 'broken.onnx']);
    const { status, out, error } = await models('reload');
    assert.deepEqual([status, out], [1, '']);
    assert.match(error, /^furiosa models reload: model 'broken' version 1: .*\nnothing was changed\n$/);
    const ready = cellsOf((await models()).out).filter(([, , state]) => state === 'READY');
    assert.deepEqual(ready.map(([name]) => name).sort(), ['slow', 'three', 'two']);
    await reset();
  });

  test('the wrong address: nobody, no address, another port', async () => {
    const closed = await closedUrl();
    const address = closed.replace('http://', '');
    assert.deepEqual(await furiosa(['plan', '--url', closed]), {
      status: 1,
      out: '',
      error: `furiosa models plan: no answer from ${closed}/v2/repository/plan: connect ECONNREFUSED ${address}; is a server running there?\n`,
    });
    assert.deepEqual(await furiosa(['--url', address]), {
      status: 2,
      out: '',
      error: `furiosa models: option '--url' must be an address such as http://localhost:8080; '${address}' was given\n`,
    });
    assert.deepEqual(await furiosa([], { FURIOSA_SERVER_URL: 'nowhere' }), {
      status: 2,
      out: '',
      error:
        "furiosa models: FURIOSA_SERVER_URL must be an address such as http://localhost:8080; 'nowhere' was given\n",
    });
    const tls = await furiosa(['--url', url.replace('http:', 'https:')]);
    assert.equal(tls.status, 1);
    assert.match(tls.error, /TLS is not spoken there; is it http:\/\/127\.0\.0\.1:\d+\?\n$/);
  });
});
