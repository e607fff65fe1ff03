/** The rules of who may do what, as a server reads them again. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { hashOfKey } from '#access/api-key.js';
import { keyOf } from '../support/access.js';
import { type ServerProcess, serverProcess } from '../support/command.js';
import { FolderTree } from '../support/folder-tree.js';
import { scaledModel } from '../support/scaled-model.js';

const ROLES = 'roles:\n  operator: [{allow: [all]}]\n';

interface Ruled {
  readonly tree: FolderTree;
  readonly server: ServerProcess;
  /** These may do everything, nobody else anything. */
  rule(...names: readonly string[]): void;
  /** The status of a request that shows the key of whoever is called so. */
  statusOf(name: string): Promise<number>;
  /** SIGHUP; answers the line that says what came of it. */
  reload(line: RegExp): Promise<string>;
}

/** The command with the keys of `keeps` and `leaves`. */
async function ruled(t: TestContext): Promise<Ruled> {
  const tree = new FolderTree(t);
  tree.write('two.onnx', scaledModel(2));
  list(tree, 'two.onnx');
  const rule: Ruled['rule'] = (...names) => {
    const keys = names.map(
      (name) => `  - {name: ${name}, hash: "sha256:${hashOfKey(keyOf(name))}", roles: [operator]}\n`,
    );
    tree.write('auth.yaml', `keys:\n${keys.join('')}${ROLES}`);
  };
  rule('keeps', 'leaves');
  const files = ['--model-config', tree.path('models.yaml'), '--auth-config', tree.path('auth.yaml')];
  const server = await serverProcess(files);
  t.after(() => server.child.kill('SIGKILL'));
  await server.logged(/(is|are) ready/);
  return {
    tree,
    server,
    rule,
    statusOf: async (name) => {
      const headers = { authorization: `Bearer ${keyOf(name)}` };
      return (await fetch(`http://127.0.0.1:${server.port}/v2`, { headers })).status;
    },
    reload: async (line) => {
      const told = server.logged(line);
      server.child.kill('SIGHUP');
      return (await told).message;
    },
  };
}

function list(tree: FolderTree, file: string): void {
  tree.write(
    'models.yaml',
    `model_config_list:\n  - {name: a, model: ${file}, version: "1", platform: cpu}\n`,
  );
}

test('a key that is taken out of the file is of no use after SIGHUP, and one that is put in is', async (t) => {
  const { rule, statusOf, reload } = await ruled(t);
  assert.deepEqual(
    [await statusOf('keeps'), await statusOf('leaves'), await statusOf('comes')],
    [200, 200, 401],
  );
  rule('keeps', 'comes');
  await reload(/^the configuration was applied/);
  assert.deepEqual(
    [await statusOf('keeps'), await statusOf('leaves'), await statusOf('comes')],
    [200, 401, 200],
  );
});

test('rules that cannot be read leave the old ones, and the log says where they are wrong', async (t) => {
  const { tree, rule, statusOf, reload } = await ruled(t);
  tree.write('auth.yaml', `keys:\n  - {name: keeps, hash: ${keyOf('keeps')}, roles: [operator]}\n${ROLES}`);
  const told = await reload(/^the reload failed/);
  assert.match(
    told,
    /^the reload failed: nothing was changed: .*auth\.yaml:2:\d+: keys\[0\]\.hash: expected sha256:/,
  );
  assert.ok(!told.includes(keyOf('keeps')), 'what stands there may be a key');
  assert.deepEqual([await statusOf('keeps'), await statusOf('leaves')], [200, 200]);
  tree.remove('auth.yaml');
  assert.match(await reload(/^the reload failed.*no such file/), /auth\.yaml/);
  assert.equal(await statusOf('keeps'), 200);
  rule('keeps');
  await reload(/^the configuration was applied/);
  assert.deepEqual([await statusOf('keeps'), await statusOf('leaves')], [200, 401]);
});

test('a model that cannot be loaded holds back the rules, too: a key is gone once a reload is applied', async (t) => {
  const { tree, rule, statusOf, reload } = await ruled(t);
  tree.write('broken.onnx', scaledModel(4).slice(0, 60));
  list(tree, 'broken.onnx');
  rule('keeps');
  await reload(/^the reload failed: nothing was changed/);
  assert.equal(await statusOf('leaves'), 200);
  list(tree, 'two.onnx');
  await reload(/^the configuration was applied/);
  assert.equal(await statusOf('leaves'), 401);
});
