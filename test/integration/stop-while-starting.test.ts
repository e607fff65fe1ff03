/** Whoever is asked to end while it starts ends soon, with status 0, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { FURIOSA } from '../support/command.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { descendantsOf, isGone } from '../support/processes.js';

/** What ONNX Runtime leaves in the folder for temporary files. */
const OF_OTHERS = /^(\.ses|mat-debug-\d+\.log)$/;

const folder = modelDirectory(after);
const plain = writeModel(folder, 'plain.onnx', identityModel('UINT8'));
writeModel(folder, 'slow.onnx', slowModel());
writeFileSync(join(folder, 'count'), new Uint8Array(new BigInt64Array([100_000n]).buffer));

/** A model whose copies run for a second or so before they are ready. */
const WARM_UP = `model_config_list:
- name: m
  model: slow.onnx
  platform: cpu
  npu_device: cpu(1)*1
  model_warmup:
  - name: long
    inputs: { iterations: { data_type: TYPE_INT64, dims: [1], input_data_file: count } }
`;

const isLinux = process.platform === 'linux';
const one = ['--model-path', plain, '--model-name', 'm', '--device', 'cpu(1)*1'];

interface Starting {
  readonly child: ChildProcess;
  logged(message: RegExp): Promise<void>;
}

interface Phase {
  readonly name: string;
  /** The options, and what settles once the server is in that phase. */
  begin(
    t: TestContext,
  ): Promise<{ readonly args: readonly string[]; reached(starting: Starting): Promise<void> }>;
}

const afterLine = (name: string, args: readonly string[], line: RegExp): Phase => ({
  name,
  begin: async () => ({ args, reached: (starting) => starting.logged(line) }),
});

const PHASES: readonly Phase[] = [
  {
    name: 'waiting for a cache that does not answer',
    async begin(t) {
      const { port, called } = await silentServer(t);
      return { args: [...one, '--cache-config', `redis,host=127.0.0.1,port=${port}`], reached: () => called };
    },
  },
  afterLine('opening ports', one, /listens on/),
  afterLine('loading a model', one, /is being loaded/),
  afterLine('loading a model in a process of its own', [...one, '--isolation', 'process'], /is being loaded/),
  afterLine('warming up', ['--model-config', join(folder, 'models.yaml')], /Compiling/),
  afterLine('loading a model before the ports open', [...one, '--listen-when-ready'], /is being loaded/),
  {
    name: 'downloading',
    async begin(t) {
      const { port, called } = await silentServer(t);
      const url = `http://127.0.0.1:${port}/m.onnx`;
      return { args: ['--model-path', url, '--model-name', 'm', '--platform', 'cpu'], reached: () => called };
    },
  },
];

writeFileSync(join(folder, 'models.yaml'), WARM_UP);

for (const { name, begin } of PHASES) {
  for (const supervision of [[], ['--supervise']]) {
    const title = `SIGTERM while ${name}${supervision.length > 0 ? ', supervised' : ''}`;
    test(title, { skip: !isLinux && 'looks at processes by /proc' }, async (t) => {
      const temporary = mkdtempSync(join(folder, 'tmp-'));
      const { args, reached } = await begin(t);
      const starting = startServer(t, [...args, ...supervision], temporary);
      await reached(starting);
      const all = descendantsOf(starting.child.pid);
      starting.child.kill('SIGTERM');
      const status = await starting.ended;
      assert.equal(status, 0);
      assert.deepEqual(
        all.filter((pid) => !isGone(pid)),
        [],
      );
      assert.deepEqual(
        readdirSync(temporary).filter((file) => !OF_OTHERS.test(file)),
        [],
      );
    });
  }
}

function startServer(
  t: TestContext,
  args: readonly string[],
  temporary: string,
): Starting & { readonly ended: Promise<number | string> } {
  const cache = join(temporary, '..', 'cache');
  mkdirSync(cache, { recursive: true });
  const ours = ['--host', '127.0.0.1', '--http-port', '0', '--grpc-port', '0', '--log-format', 'json'];
  const child = spawn(process.execPath, [FURIOSA, 'server', ...ours, '--model-cache-dir', cache, ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  const heard: (() => void)[] = [];
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    for (const look of heard) look();
  });
  const logged = (message: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (message.test(text) && resolve());
      heard.push(look);
      look();
      void ended.then((status) => reject(new Error(`ended with ${status}: ${text}`)));
    });
  return { child, ended, logged };
}

/** A server that takes connections and says nothing; `called` settles with the first of them. */
async function silentServer(
  t: TestContext,
): Promise<{ readonly port: number; readonly called: Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  const called = new Promise<void>((resolve) => server.once('connection', () => resolve()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, called };
}
