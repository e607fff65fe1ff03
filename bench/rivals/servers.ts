/** Our server and its rivals: how each is started at its defaults and tuned, and what it speaks. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShapedModel } from '../nets/shaped.js';
import { nodeFlags } from '../node-flags.js';
import { configFileOfEntries, temporaryFolder } from '../samples.js';
import type { Command, TwoPorts } from './contestant.js';

export type Transport = 'REST JSON' | 'REST binary' | 'gRPC';
export const TRANSPORTS: readonly Transport[] = ['REST JSON', 'REST binary', 'gRPC'];

/** `defaults`: as it is without a word. `tuned`: what its own documents advise for throughput, and no log of requests. */
export type Form = 'defaults' | 'tuned';
export const FORMS: readonly Form[] = ['defaults', 'tuned'];

/** Rows of a run, for all that make batches. */
export const MOST_ROWS = 8;

export interface Server {
  readonly name: string;
  readonly transports: readonly Transport[];
  /** Why it cannot be measured here, or null. */
  readonly missing: () => string | null;
  /** Its version, and what was set, for the page. */
  readonly version: () => string;
  readonly tuning: string;
  readonly command: (model: ShapedModel, form: Form, ports: TwoPorts) => Command;
}

/** This folder, in the sources: Python files are not compiled. */
const HERE = fileURLToPath(new URL('../../../bench/rivals/', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const VENVS =
  process.env['FURIOSA_BENCH_VENVS'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'furiosa-bench');
const READY = '/v2/health/ready';

const ours: Server = {
  name: 'furiosa server',
  transports: TRANSPORTS,
  missing: () => null,
  version: () =>
    (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
  tuning: 'no metrics',
  command({ path }, form, { rest, grpc }) {
    const entry = { name: 'model', model: path, device: 'cpu(1)*1', max_batch_size: MOST_ROWS };
    const config = configFileOfEntries([entry]);
    const args = [
      '--model-config',
      config,
      '--host',
      '127.0.0.1',
      '--http-port',
      `${rest}`,
      '--grpc-port',
      `${grpc}`,
    ];
    const more = form === 'tuned' ? ['--no-allow-metrics'] : [];
    return {
      file: process.execPath,
      args: [...nodeFlags(), join(ROOT, 'bin/furiosa.js'), 'server', ...args, ...more],
      readyPath: READY,
    };
  },
};

const mlserver: Server = {
  name: 'MLServer',
  transports: ['REST JSON', 'gRPC'],
  ...fromPip('mlserver', 'mlserver'),
  tuning: `no process pool, no metrics, no gzip, no access log; adaptive batching of ${MOST_ROWS} rows within 1 ms for the mid model`,
  command(model, form, { rest, grpc }) {
    const isTuned = form === 'tuned';
    const folder = temporaryFolder();
    const settings = { host: '127.0.0.1', http_port: rest, grpc_port: grpc, metrics_port: grpc + 1 };
    const tuned = { parallel_workers: 0, metrics_endpoint: null, gzip_enabled: false, debug: false };
    writeJson(join(folder, 'settings.json'), { ...settings, ...(isTuned ? tuned : {}) });
    const batching = isTuned && isMid(model) ? { max_batch_size: MOST_ROWS, max_batch_time: 0.001 } : {};
    const implementation = 'mlserver_model.OnnxModel';
    writeJson(join(folder, 'model-settings.json'), { name: 'model', implementation, ...batching });
    return {
      file: inVenv('mlserver', 'mlserver'),
      args: ['start', folder],
      env: pythonEnv(model),
      cwd: folder,
      readyPath: '/v2/models/model/ready',
    };
  },
};

const kserve: Server = {
  name: 'KServe',
  transports: TRANSPORTS,
  ...fromPip('kserve', 'kserve'),
  tuning: 'no latency log, no access log',
  command(model, form, { rest, grpc }) {
    const args = [
      join(HERE, 'kserve_server.py'),
      '--http_port',
      `${rest}`,
      '--grpc_port',
      `${grpc}`,
      '--enable_docs_url',
      'false',
    ];
    const quiet = join(HERE, 'kserve_quiet.json');
    const more = form === 'tuned' ? ['--enable_latency_logging', 'false', '--log_config_file', quiet] : [];
    return {
      file: inVenv('kserve', 'python'),
      args: [...args, ...more],
      env: pythonEnv(model),
      readyPath: '/v2/models/model/ready',
    };
  },
};

const triton: Server = {
  name: 'Triton',
  transports: TRANSPORTS,
  ...fromPip('triton', 'nvidia-pytriton'),
  version: () => `2.51.0, of nvidia-pytriton ${pipVersion('triton', 'nvidia-pytriton')}, its Python backend`,
  tuning: 'dynamic batching without a delay, no metrics, 2 threads for HTTP, 32 pooled gRPC requests',
  command(model, form, { rest, grpc }) {
    const isTuned = form === 'tuned';
    const packages = sitePackages('triton');
    const inside = join(packages, 'pytriton/tritonserver');
    const ports = [
      '--http-address',
      '127.0.0.1',
      '--http-port',
      `${rest}`,
      '--grpc-address',
      '127.0.0.1',
      '--grpc-port',
      `${grpc}`,
    ];
    const metrics = isTuned
      ? ['--allow-metrics', 'false']
      : ['--metrics-address', '127.0.0.1', '--metrics-port', `${grpc + 1}`];
    const folders = [
      '--model-repository',
      tritonRepository(model, isTuned),
      '--backend-directory',
      join(inside, 'backends'),
    ];
    const more = isTuned ? ['--http-thread-count', '2', '--grpc-infer-allocation-pool-size', '32'] : [];
    return {
      file: join(inside, 'bin/tritonserver'),
      args: [...folders, '--cache-directory', join(inside, 'caches'), ...ports, ...metrics, ...more],
      env: {
        PATH: `${join(VENVS, 'triton/bin')}:${process.env['PATH'] ?? ''}`,
        LD_LIBRARY_PATH: join(packages, 'nvidia_pytriton.libs'),
      },
      readyPath: READY,
    };
  },
};

const litserve: Server = {
  name: 'LitServe',
  transports: ['REST JSON'],
  ...fromPip('litserve', 'litserve'),
  tuning: `the fast queue, no access log; batches of ${MOST_ROWS} rows without a delay for the mid model`,
  command(model, form, { rest }) {
    const tuned = ['--tuned', '--max-batch-size', isMid(model) ? `${MOST_ROWS}` : '1'];
    return {
      file: inVenv('litserve', 'python'),
      args: [join(HERE, 'litserve_server.py'), '--port', `${rest}`, ...(form === 'tuned' ? tuned : [])],
      env: pythonEnv(model),
      readyPath: '/health',
    };
  },
};

/** Ours first. */
export const SERVERS: readonly Server[] = [ours, mlserver, kserve, triton, litserve];

/** A model beside which what is around it is small. */
export function isMid({ name }: ShapedModel): boolean {
  return name === 'resnet50';
}

function fromPip(venv: string, name: string): Pick<Server, 'missing' | 'version'> {
  return {
    missing: () =>
      existsSync(inVenv(venv, 'python'))
        ? null
        : `there is no ${join(VENVS, venv)}: run bench/rivals/setup ${venv}`,
    version: () => pipVersion(venv, name),
  };
}

function inVenv(venv: string, command: string): string {
  return join(VENVS, venv, 'bin', command);
}

function sitePackages(venv: string): string {
  const lib = join(VENVS, venv, 'lib');
  const [python = 'python3'] = readdirSync(lib).filter((name) => name.startsWith('python3'));
  return join(lib, python, 'site-packages');
}

function pipVersion(venv: string, name: string): string {
  const start = `${name.replaceAll('-', '_')}-`;
  const info = readdirSync(sitePackages(venv)).find(
    (each) => each.startsWith(start) && each.endsWith('.dist-info'),
  );
  return info?.slice(start.length, -'.dist-info'.length) ?? 'unknown';
}

function pythonEnv({ path }: ShapedModel): Record<string, string> {
  return { PYTHONPATH: HERE, FURIOSA_BENCH_MODEL: path, PYTHONDONTWRITEBYTECODE: '1' };
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, JSON.stringify(value));
}

function tritonRepository({ path, input, shapes }: ShapedModel, isTuned: boolean): string {
  const folder = temporaryFolder();
  const version = join(folder, 'model/1');
  mkdirSync(version, { recursive: true });
  symlinkSync(join(HERE, 'triton/model.py'), join(version, 'model.py'));
  const [, ...dims] = shapes[0] ?? [];
  const parameter = (key: string, value: string): string =>
    `parameters [{ key: "${key}" value: { string_value: "${value}" } }]`;
  const lines = [
    'backend: "python"',
    `max_batch_size: ${MOST_ROWS}`,
    `input [{ name: "${input}" data_type: TYPE_FP32 dims: [${dims.join(', ')}] }]`,
    'output [{ name: "output" data_type: TYPE_FP32 dims: [-1] }]',
    'instance_group [{ count: 1 kind: KIND_CPU }]',
    parameter('FILE', path),
    parameter('FOLDER', HERE),
    ...(isTuned ? ['dynamic_batching {}'] : []),
  ];
  writeFileSync(join(folder, 'model/config.pbtxt'), `${lines.join('\n')}\n`);
  return folder;
}
