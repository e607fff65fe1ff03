import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandFailure } from '#cli/command-failure.js';
import type { MountedFolder } from './mounted-folder.js';
import { type Environment, planCommand } from './plan.js';

/** A folder with these files, named by their paths in it. */
function folder(...paths: readonly string[]): MountedFolder {
  const files = paths.filter((path) => !path.includes('/'));
  const below = paths.filter((path) => path.includes('/')).map((path) => path.split('/', 1)[0] ?? '');
  const folders = [...new Set(below)].map((name): [string, MountedFolder] => {
    const own = paths.filter((path) => path.startsWith(`${name}/`));
    return [name, folder(...own.map((path) => path.slice(name.length + 1)).filter((path) => path !== ''))];
  });
  return { files, folders: new Map(folders) };
}

const SINGLE = folder('mnist.tflite', 'README.md');
const REPOSITORY = folder('digits/1/model.onnx', 'iris/1/model.onnx');

interface Case {
  readonly argv?: readonly string[];
  readonly env?: Environment;
  /** What lies in /mnt/models; null for nothing, not even the folder. */
  readonly models: MountedFolder | null;
  readonly expected: readonly string[] | string;
}

function planned({ argv = [], env = {}, models }: Case): readonly string[] | string {
  const look = (path: string): MountedFolder | 'file' | null =>
    path === '/mnt/models' ? models : path === '/srv/m.onnx' ? 'file' : null;
  try {
    return planCommand({ argv, env, look });
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    assert.equal(thrown.status, 2);
    return thrown.message;
  }
}

const single = ['--model-path=/mnt/models/mnist.tflite', '--model-name=mnist'];

const CASES: Readonly<Record<string, Case>> = {
  'one file, named by its name': { models: SINGLE, expected: ['server', ...single] },
  "KServe's arguments": {
    argv: ['--model_name=digits', '--model_dir=/mnt/models', '--http_port=8080', '--grpc_port', '9000'],
    models: SINGLE,
    expected: [
      'server',
      '--model-path=/mnt/models/mnist.tflite',
      '--model-name=digits',
      '--http-port=8080',
      '--grpc-port',
      '9000',
    ],
  },
  "OpenVINO Model Server's arguments": {
    argv: ['--model_name', 'digits', '--model_path=/mnt/models', '--port=9000', '--rest_port=8080'],
    models: SINGLE,
    expected: [
      'server',
      '--model-path=/mnt/models/mnist.tflite',
      '--model-name=digits',
      '--grpc-port=9000',
      '--http-port=8080',
    ],
  },
  "Triton's arguments": {
    argv: ['--model-store=/mnt/models', '--grpc-port=9000', '--http-port=8080'],
    models: REPOSITORY,
    expected: ['server', '--model-repository=/mnt/models', '--grpc-port=9000', '--http-port=8080'],
  },
  "MLServer's variables, as KServe sets them": {
    env: {
      MLSERVER_MODEL_NAME: 'digits',
      MLSERVER_MODEL_URI: '/mnt/models',
      MLSERVER_HTTP_PORT: '8080',
      MLSERVER_GRPC_PORT: '9000',
    },
    models: SINGLE,
    expected: [
      'server',
      '--model-path=/mnt/models/mnist.tflite',
      '--model-name=digits',
      '--http-port=8080',
      '--grpc-port=9000',
    ],
  },
  'arguments and variables of ours go before those': {
    argv: ['--http-port=1'],
    env: { MLSERVER_HTTP_PORT: '3', MLSERVER_GRPC_PORT: '4', FURIOSA_SERVER_GRPC_PORT: '2' },
    models: SINGLE,
    expected: ['server', ...single, '--http-port=1'],
  },
  'models that are loaded later': {
    env: { MLSERVER_LOAD_MODELS_AT_STARTUP: 'false' },
    models: folder(),
    expected: ['server', '--model-repository=/mnt/models', '--model-control-mode=explicit'],
  },
  'an empty folder and whoever fills it': {
    argv: ['--model-control-mode=explicit'],
    models: folder(),
    expected: ['server', '--model-repository=/mnt/models', '--model-control-mode=explicit'],
  },
  'the newest version, by number': {
    argv: ['--model_name=digits'],
    models: folder('9/model.onnx', '10/model.onnx', '11/notes.txt', 'latest/model.onnx'),
    expected: [
      'server',
      '--model-path=/mnt/models/10/model.onnx',
      '--model-name=digits',
      '--model-version=10',
    ],
  },
  'a version that was asked for by name': {
    argv: ['--model-version=v1'],
    models: folder('1/model.onnx'),
    expected: ['server', '--model-path=/mnt/models/1/model.onnx', '--model-name=model', '--model-version=v1'],
  },
  'a model called model among others': {
    models: folder('model.onnx', 'draft.onnx'),
    expected: ['server', '--model-path=/mnt/models/model.onnx', '--model-name=model'],
  },
  'an ONNX model that is a folder': {
    models: folder('model.onnx/model.onnx', 'model.onnx/weights.bin'),
    expected: ['server', '--model-path=/mnt/models/model.onnx/model.onnx', '--model-name=model'],
  },
  'a repository': {
    argv: ['--model_name=digits'],
    models: REPOSITORY,
    expected: ['server', '--model-repository=/mnt/models'],
  },
  'one model in a folder gets the name that was asked for': {
    argv: ['--model_name=digits'],
    models: folder('export/2/model.tflite', 'docs/a.md'),
    expected: [
      'server',
      '--model-path=/mnt/models/export/2/model.tflite',
      '--model-name=digits',
      '--model-version=2',
    ],
  },
  'one model in a folder keeps its own where none was': {
    models: folder('export/2/model.tflite'),
    expected: ['server', '--model-repository=/mnt/models'],
  },
  'a configuration is read by the repository': {
    argv: ['--model_name=other'],
    models: folder('digits/config.pbtxt', 'digits/1/model.onnx'),
    expected: ['server', '--model-repository=/mnt/models'],
  },
  'a file': {
    argv: ['--model-path=/srv/m.onnx'],
    models: null,
    expected: ['server', '--model-path=/srv/m.onnx', '--model-name=m'],
  },
  'an address of a file': {
    argv: ['--model-dir=s3://bucket/m.onnx', '--model-name=x'],
    models: null,
    expected: ['server', '--model-path=s3://bucket/m.onnx', '--model-name=x'],
  },
  'an address of a repository': {
    argv: ['--model-dir=s3://bucket/models'],
    models: null,
    expected: ['server', '--model-repository=s3://bucket/models'],
  },
  'a model list, whatever is mounted': {
    argv: ['server', '--model-config', '/etc/models.yaml'],
    models: SINGLE,
    expected: ['server', '--model-config', '/etc/models.yaml'],
  },
  'a model list by its variable': {
    env: { FURIOSA_SERVER_MODEL_CONFIG: '/etc/models.yaml' },
    models: SINGLE,
    expected: ['server'],
  },
  'another command': { argv: ['devices', '--json'], models: null, expected: ['devices', '--json'] },
  help: { argv: ['--help'], models: null, expected: ['server', '--help'] },
  'no folder': {
    models: null,
    expected:
      'furiosa-kserve: there is no /mnt/models; mount the model there, or say where it is: --model-dir PATH',
  },
  'an empty folder': {
    models: folder('README.md'),
    expected:
      'furiosa-kserve: there is no model in /mnt/models; expected /mnt/models/model.onnx or model.tflite, ' +
      '/mnt/models/1/model.onnx, or a model repository',
  },
  'several models': {
    models: folder('a.onnx', 'b.tflite'),
    expected:
      'furiosa-kserve: /mnt/models has several models: a.onnx, b.tflite; ' +
      'expected one, or one that is called model, or --model-path',
  },
  'a configuration beside versions': {
    argv: ['--model_name=digits'],
    models: folder('config.pbtxt', '1/model.onnx'),
    expected:
      'furiosa-kserve: /mnt/models has a config.pbtxt of its own, so it is a model and no repository; ' +
      'move all that is in it into /mnt/models/digits',
  },
};

for (const [name, given] of Object.entries(CASES)) {
  test(name, () => assert.deepEqual(planned(given), given.expected));
}
