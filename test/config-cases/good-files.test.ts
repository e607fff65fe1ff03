import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '#config/settings.js';
import { PLAIN_BATCHING, PLAIN_QUEUE } from '#lifecycle/offer.js';
import { type Bench, inFolder, load, settingsOf, TWO_MODELS } from './workbench.js';

const model = {
  version: 'default',
  path: '<cwd>/m.onnx',
  description: null,
  platform: 'cpu',
  device: 'cpu',
  workers: null,
  batchSize: null,
  maxBatchSize: null,
  strict: false,
  allowFallback: false,
  isolation: { wall: 'thread', runTimeoutMs: null, loadTimeoutMs: null },
  inputs: [],
  outputs: [],
  batching: PLAIN_BATCHING,
  queue: { ...PLAIN_QUEUE, maxSize: null },
  sequence: null,
  ensemble: null,
  warmup: null,
  isCached: false,
  rateLimit: null,
  compiler: { permuteInput: [] },
  engine: { threads: null, onnxruntime: {} },
};

const defaults = {
  server: { name: 'furiosa-server', version: '1.2.3', extensions: [] },
  control: { mode: 'explicit', startWith: null, pollMs: 15_000 },
  rest: { host: '0.0.0.0', port: 8080, maxBodyBytes: 268435456, bodyTimeoutMs: 60000, corsOrigins: [] },
  grpc: {
    host: '0.0.0.0',
    port: 8081,
    maxMessageBytes: 268435456,
    messageTimeoutMs: 60000,
    responseCompression: 'none',
  },
  log: { level: 'INFO', format: 'auto', requests: 'off' },
  metrics: { isOn: true, port: null, intervalMs: 2000 },
  trace: { mode: 'triton', spans: null, file: '', levels: [], rate: 1000, count: -1, logFrequency: 0 },
  devices: { devRoot: '/dev', sysRoot: '/sys', procRoot: '/proc', simulate: 'auto' },
  cache: null,
  repositories: [],
  allowModelUpload: false,
  loading: { maxLoads: 4, retry: { count: 0, firstDelayMs: 1000, longestDelayMs: 60_000 } },
  limits: {
    maxInflightBytes: null,
    maxConnections: null,
    maxConnectionsPerClient: null,
    clientRate: null,
    clientConcurrency: null,
    trustedProxies: [],
    minBodyRate: 240,
    headersTimeoutMs: 60000,
    idleTimeoutMs: 75000,
    maxHeaderBytes: 16384,
    maxHeaders: 128,
    maxConcurrentStreams: 1024,
    keepAliveMs: 60000,
    keepAliveTimeoutMs: 20000,
  },
  maxQueueSize: 1024,
  strictReadiness: true,
  exitOnError: false,
  tls: null,
  access: { policy: null, http: [], grpc: [] },
  allowClientShm: false,
  hasDashboard: true,
  weightSharing: { mode: 'auto', folder: '<cwd>/.cache/furiosa-server/prepared', maxBytes: 20 * 1024 ** 3 },
  listenWhenReady: false,
  hangTimeoutMs: 30_000,
  drainDelayMs: 0,
  drainTimeoutMs: 30000,
};

/** What models of repositories get has a function, which is like no other; what stores get is tested by itself. */
function plain({
  modelDefaults: _,
  store: __,
  ...rest
}: Settings): Omit<Settings, 'modelDefaults' | 'store'> {
  return rest;
}

test('the documented model list gives two NPU models and nothing to warn of', () => {
  const npu = { version: '1', platform: 'npu', device: 'warboy(1)*1' };
  const path = '<cwd>/etc/samples/data/';
  assert.deepEqual(
    plain(
      settingsOf({ files: { 'etc/models.yaml': TWO_MODELS }, flags: { modelConfig: 'etc/models.yaml' } }),
    ),
    {
      ...defaults,
      models: [
        { ...model, ...npu, name: 'mnist', path: `${path}MNISTnet_uint8_quant.tflite` },
        { ...model, ...npu, name: 'ssd', path: `${path}SSD512_MOBILENET_V2_BDD_int_without_reshape.tflite` },
      ],
      warnings: [],
    },
  );
});

test('the documented command without a file gives one model of the version "default"', () => {
  assert.deepEqual(plain(settingsOf({ flags: { modelPath: 'm.onnx', modelName: 'mnist' } })), {
    ...defaults,
    models: [{ ...model, name: 'mnist' }],
    warnings: [],
  });
});

test('every key of a model reaches the settings', () => {
  const text = `model_config_list:
- name: full
  path: /abs/m.onnx
  version: 1.10
  platform: nux
  description: a model
  device: npu:0:0
  batch_size: 4
  worker_num: 2
  max_batch_size: 16
  compiler_config: {permute_input: [[0, 3, 1, 2]], remove_lower: yes, target_pes: [0, 1], use_atrr_lifetime: true}
  engine:
    threads: 3
    graph_optimization_level: all
    execution_mode: parallel
    execution_providers: [cuda, cpu]
    inter_op_num_threads: 2
    enable_cpu_mem_arena: false
    enable_mem_pattern: true
    free_dimension_overrides: {batch: 1}
    session_config: {session.x: 1}
    weight_sharing: always
  strict: true
  allow_fallback: true
  isolation: process
  run_timeout: 2.5
  load_timeout: 60
  versions: [1, two]
  inputs: [{name: a, datatype: FP32, shape: [-1, 3], tags: {content_type: np}, description: d}]
  outputs: [{name: b}]
`;
  const { models, warnings } = settingsOf({ files: { 'm.yml': text }, flags: { modelConfig: 'm.yml' } });
  assert.deepEqual(models, [
    {
      name: 'full',
      version: '1.10',
      path: '/abs/m.onnx',
      description: 'a model',
      platform: 'npu',
      device: 'npu:0:0',
      workers: 2,
      batchSize: 4,
      maxBatchSize: 16,
      strict: true,
      allowFallback: true,
      isolation: { wall: 'process', runTimeoutMs: 2500, loadTimeoutMs: 60_000 },
      inputs: [{ name: 'a', datatype: 'FP32', shape: [-1, 3], description: 'd' }],
      outputs: [{ name: 'b', datatype: null, shape: null, description: null }],
      batching: { ...PLAIN_BATCHING, isAssumed: false },
      queue: { ...PLAIN_QUEUE, maxSize: null },
      sequence: null,
      ensemble: null,
      warmup: null,
      isCached: false,
      rateLimit: null,
      compiler: { permuteInput: [[0, 3, 1, 2]] },
      engine: {
        threads: 3,
        onnxruntime: {
          graph_optimization_level: 'all',
          execution_mode: 'parallel',
          execution_providers: ['cuda', 'cpu'],
          inter_op_num_threads: 2,
          enable_cpu_mem_arena: false,
          enable_mem_pattern: true,
          free_dimension_overrides: { batch: 1 },
          session_config: { 'session.x': '1' },
        },
        weightSharing: 'always',
      },
    },
  ]);
  assert.deepEqual(warnings, ['m.yml:5:13: model_config_list[0].platform: "nux" is called "npu" today']);
});

test('every key of a server file reaches the settings', () => {
  const text = `server_name: mine
server_version: 0.10
extensions: [a, b]
intial_model_autoload: False
rest_server_config: {host: 127.0.0.1, port: 9000, workers: 4, debug: true}
grpc_server_config: {host: 127.0.0.2, port: 9001, workers: 2}
devices: {simulate: warboy*2, dev_root: fake/dev, sys_root: /fake/sys}
log: {format: json}
metrics: {allow: false, port: 8002, interval_ms: 500}
trace: {file: t.json, level: [TIMESTAMPS, TENSORS], rate: 2, count: 3, log_frequency: 4, mode: triton}
limits:
  max_body_bytes: 1000
  max_queue_size: 2
  body_timeout_ms: 3
  max_inflight_bytes: 4
  max_connections: 5
  max_connections_per_client: 6
  client_rate: 7
  client_burst: 8
  client_concurrency: 9
  trusted_proxies: [10.0.0.0/8, "::1"]
  min_body_rate: 10
  headers_timeout_ms: 11
  idle_timeout_ms: 12
  max_header_bytes: 2048
  max_headers: 64
  max_concurrent_streams: 13
  keepalive_time_ms: 14
  keepalive_timeout_ms: 15
strict: true
strict_readiness: false
exit_on_error: true
allow_client_shm: true
drain_delay_seconds: 1.5
`;
  const settings = settingsOf({
    files: { 'etc/server.yaml': text },
    flags: { serverConfig: 'etc/server.yaml', modelPath: 'm.onnx', modelName: 'm' },
  });
  assert.deepEqual(plain(settings), {
    server: { name: 'mine', version: '0.10', extensions: ['a', 'b'] },
    control: { mode: 'explicit', startWith: [], pollMs: 15_000 },
    rest: { host: '127.0.0.1', port: 9000, maxBodyBytes: 1000, bodyTimeoutMs: 3, corsOrigins: [] },
    grpc: {
      host: '127.0.0.2',
      port: 9001,
      maxMessageBytes: 1000,
      messageTimeoutMs: 3,
      responseCompression: 'none',
    },
    log: { level: 'DEBUG', format: 'json', requests: 'off' },
    metrics: { isOn: false, port: 8002, intervalMs: 500 },
    trace: {
      mode: 'triton',
      spans: null,
      file: '<cwd>/etc/t.json',
      levels: ['TIMESTAMPS', 'TENSORS'],
      rate: 2,
      count: 3,
      logFrequency: 4,
    },
    devices: { devRoot: '<cwd>/etc/fake/dev', sysRoot: '/fake/sys', procRoot: '/proc', simulate: 2 },
    cache: null,
    repositories: [],
    allowModelUpload: false,
    loading: { maxLoads: 4, retry: { count: 0, firstDelayMs: 1000, longestDelayMs: 60_000 } },
    limits: {
      maxInflightBytes: 4,
      maxConnections: 5,
      maxConnectionsPerClient: 6,
      clientRate: { requestsPerSecond: 7, burst: 8 },
      clientConcurrency: 9,
      trustedProxies: ['10.0.0.0/8', '::1'],
      minBodyRate: 10,
      headersTimeoutMs: 11,
      idleTimeoutMs: 12,
      maxHeaderBytes: 2048,
      maxHeaders: 64,
      maxConcurrentStreams: 13,
      keepAliveMs: 14,
      keepAliveTimeoutMs: 15,
    },
    maxQueueSize: 2,
    strictReadiness: false,
    exitOnError: true,
    tls: null,
    access: { policy: null, http: [], grpc: [] },
    allowClientShm: true,
    hasDashboard: true,
    weightSharing: defaults.weightSharing,
    listenWhenReady: false,
    hangTimeoutMs: 30_000,
    drainDelayMs: 1500,
    drainTimeoutMs: 30000,
    models: [{ ...model, name: 'm', strict: true }],
    warnings: [
      'etc/server.yaml:5:60: rest_server_config.workers: 4 has no effect: requests are not served by worker ' +
        'processes, and the copies of a model are set by worker_num',
      'etc/server.yaml:6:60: grpc_server_config.workers: 2 has no effect: requests are not served by worker ' +
        'processes, and the copies of a model are set by worker_num',
    ],
  });
});

test('JSON is read as YAML is, tabs and all', () => {
  const text = '{\n\t"model_config_list": [\n\t\t{"name": "m", "model": "m.onnx", "version": 2}\n\t]\n}\n';
  const { models } = settingsOf({ files: { 'm.json': text }, flags: { modelConfig: 'm.json' } });
  assert.deepEqual(models, [{ ...model, name: 'm', version: '2' }]);
});

test('anchors, aliases and merges save repetition', () => {
  const text = `model_config_list:
  - &first {name: a, model: m.onnx, worker_num: 3}
  - {<<: *first, name: b}
  - {<<: [{worker_num: 5}, *first], name: c}
`;
  const { models } = settingsOf({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } });
  assert.deepEqual(
    models.map(({ name, path, workers }) => [name, path, workers]),
    [
      ['a', '<cwd>/m.onnx', 3],
      ['b', '<cwd>/m.onnx', 3],
      ['c', '<cwd>/m.onnx', 5],
    ],
  );
});

const list = (name: string, more = ''): string =>
  `model_config_list: [{name: ${name}, model: m.onnx${more}}]\n`;

const platforms: [title: string, bench: Bench, platform: string, device: string][] = [
  ['nothing said', {}, 'cpu', 'cpu'],
  ['a host with an NPU', { hostHasNpu: true }, 'npu', 'warboy(2)*1'],
  ['FURIOSA_DEVICES', { env: { FURIOSA_DEVICES: 'npu:1:0' } }, 'npu', 'npu:1:0'],
  ['NPU_DEVNAME', { env: { NPU_DEVNAME: 'npu0pe1' } }, 'npu', 'npu0pe1'],
  ['both', { env: { FURIOSA_DEVICES: 'npu:1:0', NPU_DEVNAME: 'npu0pe1' } }, 'npu', 'npu:1:0'],
  ['empty', { env: { FURIOSA_DEVICES: '', NPU_DEVNAME: '' } }, 'cpu', 'cpu'],
  ['cpu said on a host with an NPU', { hostHasNpu: true, flags: { platform: 'cpu' } }, 'cpu', 'cpu'],
  ['npu said where there is none', { flags: { platform: 'NPU' } }, 'npu', 'warboy(2)*1'],
  ['cuda', { flags: { platform: 'cuda' } }, 'cuda', 'cuda:0'],
  ['an NPU named where there is none', { flags: { device: 'warboy(1)*1' } }, 'npu', 'warboy(1)*1'],
  ['a CPU named beside an NPU', { hostHasNpu: true, flags: { device: 'cpu(2)*1' } }, 'cpu', 'cpu(2)*1'],
  [
    'a device said, and the environment',
    { env: { FURIOSA_DEVICES: 'npu:1:0' }, flags: { device: 'npu:0:0' } },
    'npu',
    'npu:0:0',
  ],
  [
    'a bad FURIOSA_DEVICES that no model needs',
    { env: { FURIOSA_DEVICES: '???' }, flags: { platform: 'cpu' } },
    'cpu',
    'cpu',
  ],
];

for (const [title, bench, platform, device] of platforms) {
  test(`platform and device with ${title}: ${platform} on ${device}`, () => {
    const flags = { modelPath: 'm.onnx', modelName: 'm', ...bench.flags };
    const [model] = settingsOf({ ...bench, flags }).models;
    assert.deepEqual([model?.platform, model?.device], [platform, device]);
  });
}

test('NPU_DEVNAME is told to be on its way out, once, and not beside FURIOSA_DEVICES', () => {
  const flags = { modelPath: 'm.onnx', modelName: 'm' };
  assert.deepEqual(settingsOf({ flags, env: { NPU_DEVNAME: 'npu0' } }).warnings, [
    'NPU_DEVNAME will be deprecated. Use FURIOSA_DEVICES instead.',
  ]);
  assert.deepEqual(settingsOf({ flags, env: { NPU_DEVNAME: 'npu0', FURIOSA_DEVICES: 'npu0' } }).warnings, []);
});

const paths: [title: string, file: string, expected: string][] = [
  ['beside the list', 'etc/m.onnx', '<cwd>/etc/m.onnx'],
  ['in the working directory', 'm.onnx', '<cwd>/m.onnx'],
  ['nowhere', 'elsewhere.onnx', '<cwd>/etc/m.onnx'],
];

test('a relative model path with a file in both places is the one beside the list', () => {
  const files = { 'etc/models.yaml': list('m'), 'etc/m.onnx': '', 'm.onnx': '' };
  const [model] = settingsOf({ files, flags: { modelConfig: 'etc/models.yaml' } }).models;
  assert.equal(model?.path, '<cwd>/etc/m.onnx');
});

test('a registry block without a folder is no registry', () => {
  const files = { 's.yaml': 'file_registry_config: {}', 'other.yaml': list('other') };
  const flags = { serverConfig: 's.yaml', modelPath: 'm.onnx', modelName: 'm' };
  assert.equal(settingsOf({ files, flags }).models.length, 1);
});

test('a registry folder is looked for beside the server file, then in the working directory', () => {
  const server = { 'etc/s.yaml': 'file_registry_config: {repository_root: lists}' };
  const names = (files: Record<string, string>): string[] =>
    settingsOf({ files: { ...server, ...files }, flags: { serverConfig: 'etc/s.yaml' } }).models.map(
      ({ name }) => name,
    );
  assert.deepEqual(names({ 'lists/a.yaml': list('a') }), ['a']);
  assert.deepEqual(names({ 'lists/a.yaml': list('a'), 'etc/lists/b.yaml': list('b') }), ['b']);
});

for (const [title, file, expected] of paths) {
  test(`a relative model path with the file ${title} is ${expected}`, () => {
    const files = { 'etc/models.yaml': list('m'), [file]: '' };
    assert.equal(settingsOf({ files, flags: { modelConfig: 'etc/models.yaml' } }).models[0]?.path, expected);
  });
}

test('a registry folder adds its model lists, each once, and passes over what is not one', () => {
  const files = {
    'server.yaml': 'file_registry_config: {repository_root: lists}\n',
    'lists/a.yaml': list('a'),
    'lists/b.yml': list('b'),
    'lists/compose.yaml': 'services: {web: {image: x}}\n',
    'lists/chart.yaml': 'a: {{ .Values.model_config_list }}\n',
    'lists/notes.txt': list('c'),
    'lists/below/d.yaml': list('d'),
    'lists/x.yaml/e.yaml': list('e'),
    'lists/binary.yaml': new Uint8Array([0, 1, 2]),
  };
  const names = (flags: object): string[] =>
    settingsOf({ files, flags: { serverConfig: 'server.yaml', ...flags } }).models.map(({ name }) => name);
  assert.deepEqual(names({}), ['a', 'b']);
  assert.deepEqual(names({ modelConfig: 'lists/b.yml' }), ['b', 'a']);
  assert.deepEqual(names({ modelPath: 'm.onnx', modelName: 'm' }), ['m', 'a', 'b']);
});

test('one name may have several versions', () => {
  const text = 'model_config_list: [{name: m, model: a, version: 1}, {name: m, model: b, version: 2}]';
  const { models } = settingsOf({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } });
  assert.deepEqual(
    models.map(({ version }) => version),
    ['1', '2'],
  );
});

const versions: [written: string, read: string][] = [
  ['1', '1'],
  ['"1"', '1'],
  ['1.10', '1.10'],
  ['0x1F', '0x1F'],
  ['007', '007'],
  ['1e3', '1e3'],
  ['true', 'true'],
  ['2024-01-01', '2024-01-01'],
  ['12345678901234567890', '12345678901234567890'],
  ['!!str 5', '5'],
  ['null', 'default'],
  ['', 'default'],
  ['"null"', 'null'],
];

for (const [written, read] of versions) {
  test(`version: ${written} is the version ${read}`, () => {
    const text = `model_config_list:\n- name: m\n  model: m\n  version: ${written}\n`;
    const { models } = settingsOf({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } });
    assert.equal(models[0]?.version, read);
  });
}

test('batch_size: 0 is none', () => {
  const files = { 'm.yaml': list('m', ', batch_size: 0') };
  assert.equal(settingsOf({ files, flags: { modelConfig: 'm.yaml' } }).models[0]?.batchSize, null);
});

test('an unknown compiler option is a warning, with the nearest known one', () => {
  const files = { 'm.yaml': list('m', ', compiler_config: {split_unti: 1}') };
  assert.deepEqual(settingsOf({ files, flags: { modelConfig: 'm.yaml' } }).warnings, [
    'm.yaml:1:64: model_config_list[0].compiler_config.split_unti: unknown compiler option, ignored; ' +
      'did you mean "split_unit"?',
  ]);
});

test('--threads and strict are defaults that a model may overrule', () => {
  const files = {
    'm.yaml':
      'model_config_list: [{name: a, model: m, strict: false, engine: {threads: 7}}, {name: b, model: m}]',
  };
  const { models } = settingsOf({ files, flags: { modelConfig: 'm.yaml', threads: 2, strict: true } });
  assert.deepEqual(
    models.map(({ strict, engine }) => [strict, engine.threads]),
    [
      [false, 7],
      [true, 2],
    ],
  );
});

test('--isolation is a default that a model may overrule, over that of the server file', () => {
  const files = {
    'm.yaml':
      'model_config_list: [{name: a, model: m, isolation: thread, load_timeout: 9}, {name: b, model: m, run_timeout: 2}]',
    's.yaml': 'isolation: thread',
  };
  const flags = { modelConfig: 'm.yaml', serverConfig: 's.yaml', isolation: 'process' };
  assert.deepEqual(
    settingsOf({ files, flags }).models.map(({ isolation }) => isolation),
    [
      { wall: 'thread', runTimeoutMs: null, loadTimeoutMs: 9000 },
      { wall: 'process', runTimeoutMs: 2000, loadTimeoutMs: null },
    ],
  );
});

test('an empty server file says nothing, which is allowed', () => {
  const files = { 's.yaml': '# nothing yet\n' };
  const flags = { serverConfig: 's.yaml', modelPath: 'm.onnx', modelName: 'm' };
  assert.equal(settingsOf({ files, flags }).rest.port, 8080);
});

test('settings are frozen through and through', () => {
  const bench = { files: { 'm.yaml': TWO_MODELS }, flags: { modelConfig: 'm.yaml' } };
  const settings = inFolder(bench, (cwd) => load(bench, cwd));
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  assert.ok(frozen(settings));
});
