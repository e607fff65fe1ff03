import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPTIONS } from '#config/flags.js';
import type { Flags, OptionKey } from '#config/option-values.js';
import type { Settings } from '#config/settings.js';
import { type Bench, problemsOf, settingsOf } from './workbench.js';

const single: Flags = { modelPath: 'm.onnx', modelName: 'm' };

const SPANS = {
  url: 'http://localhost:4318/v1/traces',
  resource: {},
  maxQueueSize: null,
  scheduleDelayMs: null,
  maxExportBatchSize: null,
};

const LIST = 'model_config_list: [{name: m, model: m.onnx}]';

const combinations: [title: string, bench: Bench, ...expected: string[]][] = [
  ['nothing', {}, "Missing option '--model-path' (or '--model-config'): there is no model to serve"],
  [
    'a name and no path',
    { flags: { modelName: 'm' } },
    "Missing option '--model-path' (or '--model-config'): there is no model to serve",
  ],
  [
    'a path and no name',
    { flags: { modelPath: 'a/mnist.v1.tflite' } },
    "missing option '--model-name'; for instance --model-name mnist.v1",
  ],
  [
    'a list and everything that belongs to one model',
    {
      flags: {
        modelConfig: 'm.yaml',
        modelPath: 'm',
        modelName: 'm',
        modelVersion: '1',
        platform: 'cpu',
        device: 'cpu',
        batchSize: 1,
        workers: 1,
      },
    },
    "'--model-path' cannot be used with '--model-config'",
    "'--model-name' cannot be used with '--model-config'",
    "'--model-version' cannot be used with '--model-config'",
    "'--platform' cannot be used with '--model-config'",
    "'--device' cannot be used with '--model-config'",
    "'--batch-size' cannot be used with '--model-config'",
    "'--workers' cannot be used with '--model-config'",
  ],
  [
    'a list and a path, both in the environment',
    { env: { FURIOSA_SERVER_MODEL_CONFIG: 'm.yaml', FURIOSA_SERVER_MODEL_PATH: 'm' } },
    "'FURIOSA_SERVER_MODEL_PATH' cannot be used with 'FURIOSA_SERVER_MODEL_CONFIG'",
  ],
  [
    'a list in the environment and a device in a flag',
    { flags: { device: 'cpu' }, env: { FURIOSA_SERVER_MODEL_CONFIG: 'm.yaml' } },
    "'--device' cannot be used with 'FURIOSA_SERVER_MODEL_CONFIG'",
  ],
  [
    'a server file without a registry',
    { flags: { serverConfig: 's.yaml' } },
    "Missing option '--model-path' (or '--model-config'): there is no model to serve",
  ],
  // One thing is wrong, and what follows from it is not told as well.
  [
    'a server file that is not there',
    { flags: { serverConfig: 'gone' } },
    '--server-config: gone cannot be read: there is no such file',
  ],
  [
    'a bad name',
    { flags: { modelPath: 'm', modelName: 'a/b' } },
    '--model-name: the model name "a/b" may not contain "/", which separates parts of the URL',
  ],
];

for (const [title, bench, ...expected] of combinations) {
  test(`options with ${title}`, () => {
    assert.deepEqual(problemsOf({ files: { 'm.yaml': LIST, 's.yaml': 'strict: true' }, ...bench }), expected);
  });
}

test('a flag for one source of models sets the other source in the environment aside, and says so', () => {
  const listed = settingsOf({
    files: { 'm.yaml': LIST },
    flags: { modelConfig: 'm.yaml' },
    env: { FURIOSA_SERVER_MODEL_PATH: 'x.onnx', FURIOSA_SERVER_MODEL_NAME: 'x' },
  });
  assert.deepEqual(
    listed.models.map(({ name }) => name),
    ['m'],
  );
  assert.deepEqual(listed.warnings, [
    'FURIOSA_SERVER_MODEL_PATH: ignored, because --model-config is given',
    'FURIOSA_SERVER_MODEL_NAME: ignored, because --model-config is given',
  ]);
  const alone = settingsOf({ flags: single, env: { FURIOSA_SERVER_MODEL_CONFIG: 'gone.yaml' } });
  assert.deepEqual(alone.warnings, ['FURIOSA_SERVER_MODEL_CONFIG: ignored, because --model-path is given']);
});

type Source = readonly [flag: string | number | boolean | readonly string[], env: string, file: string];

/** For each setting that all three can say: what they say, what is read, and what nobody saying anything means. */
const precedence: [
  key: OptionKey,
  written: Source,
  read: (settings: Settings) => unknown,
  results: readonly [flag: unknown, env: unknown, file: unknown, none: unknown],
][] = [
  [
    'host',
    ['1.1.1.1', '2.2.2.2', 'rest_server_config: {host: 3.3.3.3}'],
    (s) => s.rest.host,
    ['1.1.1.1', '2.2.2.2', '3.3.3.3', '0.0.0.0'],
  ],
  ['httpPort', [0, '2', 'rest_server_config: {port: 3}'], (s) => s.rest.port, [0, 2, 3, 8080]],
  ['grpcPort', [1, '2', 'grpc_server_config: {port: 3}'], (s) => s.grpc?.port, [1, 2, 3, 8081]],
  [
    'grpcPort',
    [0, '0', 'grpc_server_config: {port: 0}'],
    (s) => s.grpc,
    [
      null,
      null,
      null,
      {
        host: '0.0.0.0',
        port: 8081,
        maxMessageBytes: 268435456,
        messageTimeoutMs: 60000,
        responseCompression: 'none',
      },
    ],
  ],
  [
    'logLevel',
    ['ERROR', 'debug', 'log: {level: TRACE}'],
    (s) => s.log.level,
    ['ERROR', 'DEBUG', 'TRACE', 'INFO'],
  ],
  [
    'logFormat',
    ['json', 'pretty', 'log: {format: json}'],
    (s) => s.log.format,
    ['json', 'pretty', 'json', 'auto'],
  ],
  ['logRequests', [0.5, 'ERRORS', 'log: {requests: all}'], (s) => s.log.requests, [0.5, 0, 1, 'off']],
  [
    'logRequests',
    ['off', 'off', 'log: {requests: 1e-2}'],
    (s) => s.log.requests,
    ['off', 'off', 0.01, 'off'],
  ],
  ['maxBodyBytes', [1, '2', 'limits: {max_body_bytes: 3}'], (s) => s.rest.maxBodyBytes, [1, 2, 3, 268435456]],
  ['maxQueueSize', [1, '2', 'limits: {max_queue_size: 3}'], (s) => s.maxQueueSize, [1, 2, 3, 1024]],
  [
    'simulate',
    ['never', 'warboy*2', 'devices: {simulate: warboy*3}'],
    (s) => s.devices.simulate,
    ['never', 2, 3, 'auto'],
  ],
  ['devRoot', ['/1', '/2', 'devices: {dev_root: /3}'], (s) => s.devices.devRoot, ['/1', '/2', '/3', '/dev']],
  [
    'sysRoot',
    ['/1', '2', 'devices: {sys_root: 3}'],
    (s) => s.devices.sysRoot,
    ['/1', '<cwd>/2', '<cwd>/etc/3', '/sys'],
  ],
  [
    'traceConfig',
    [['file=a', 'rate=1'], 'triton,file=/b', 'trace: {file: c}'],
    (s) => s.trace.file,
    ['<cwd>/a', '/b', '<cwd>/etc/c', ''],
  ],
  [
    'traceConfig',
    ['file=a,level=TENSORS', 'file=b,level=TIMESTAMPS,level=TENSORS', 'trace: {file: c, level: TIMESTAMPS}'],
    (s) => s.trace.levels,
    [['TENSORS'], ['TIMESTAMPS', 'TENSORS'], ['TIMESTAMPS'], []],
  ],
  [
    'traceConfig',
    ['rate=1,count=2', 'rate=1,rate=3,log-frequency=4,mode=triton', 'trace: {rate: 5, count: 6}'],
    (s) => [s.trace.rate, s.trace.count, s.trace.logFrequency],
    [
      [1, 2, 0],
      [3, 6, 4],
      [5, 6, 0],
      [1000, -1, 0],
    ],
  ],
  [
    'traceConfig',
    [
      ['mode=opentelemetry', 'opentelemetry,url=http://a:1/x', 'opentelemetry,resource=service.name=b'],
      'mode=opentelemetry,url=https://c,resource=d=e,resource=f=g=h,bsp_max_queue_size=4,bsp-schedule-delay=2',
      'trace: {mode: opentelemetry, rate: 0, resource: {i: j}, bsp_max_export_batch_size: 3}',
    ],
    (s) => s.trace.spans,
    [
      { ...SPANS, url: 'http://a:1/x', resource: { 'service.name': 'b', i: 'j' }, maxExportBatchSize: 3 },
      {
        url: 'https://c',
        resource: { d: 'e', f: 'g=h', i: 'j' },
        maxQueueSize: 4,
        scheduleDelayMs: 2,
        maxExportBatchSize: 3,
      },
      { ...SPANS, resource: { i: 'j' }, maxExportBatchSize: 3 },
      null,
    ],
  ],
  ['strict', [false, 'false', 'strict: true'], (s) => s.models[0]?.strict, [false, false, true, false]],
  [
    'strictReadiness',
    [true, 'yes', 'strict_readiness: false'],
    (s) => s.strictReadiness,
    [true, true, false, true],
  ],
  [
    'allowClientShm',
    [true, 'on', 'allow_client_shm: yes'],
    (s) => s.allowClientShm,
    [true, true, true, false],
  ],
  ['exitOnError', [false, 'off', 'exit_on_error: on'], (s) => s.exitOnError, [false, false, true, false]],
  ['drainDelaySeconds', [0, '0.25', 'drain_delay_seconds: 3'], (s) => s.drainDelayMs, [0, 250, 3000, 0]],
];

for (const [key, [flag, text, file], read, [byFlag, byEnv, byFile, byNone]] of precedence) {
  test(`${key}: flag, then environment, then server file, then default`, () => {
    const option = OPTIONS.find((one) => one.key === key);
    const files = { 'etc/s.yaml': file };
    const env = { [option?.env ?? '']: text };
    const flags = { ...single, serverConfig: 'etc/s.yaml' };
    assert.deepEqual(read(settingsOf({ files, env, flags: { ...flags, [key]: flag } })), byFlag);
    assert.deepEqual(read(settingsOf({ files, env, flags })), byEnv);
    assert.deepEqual(read(settingsOf({ files, flags })), byFile);
    assert.deepEqual(read(settingsOf({ flags: single })), byNone);
  });
}

/** One bad value for each option, as a variable. Options that take any text have none. */
const badVariables: [variable: string, value: string, expected: string][] = [
  ['LOG_LEVEL', 'LOUD', 'expected one of ERROR, WARN, INFO, DEBUG, TRACE, found "LOUD"'],
  ['MODEL_VERSION', 'a b', 'the version "a b" may only have the characters A-Z'],
  ['HTTP_PORT', '8o80', 'expected an integer from 0 to 65535, found "8o80"'],
  ['HTTP_PORT', 'tcp://10.0.0.1:80', 'holds the address of a Kubernetes Service'],
  ['PLATFORM', 'tpu', 'expected one of npu, cpu, cuda, found "tpu"'],
  ['DEVICE', '???', ''],
  ['BATCH_SIZE', '1.5', 'expected an integer from 0 to 4096, found 1.5'],
  ['WORKERS', '0', 'expected an integer from 1 to 256, found 0'],
  ['THREADS', '-1', 'expected an integer from 1 to 1024, found -1'],
  ['STRICT', '2', 'expected true or false, found 2'],
  ['STRICT_READINESS', 'x', 'expected true or false, found "x"'],
  ['EXIT_ON_ERROR', 'x', 'expected true or false, found "x"'],
  ['DRAIN_DELAY', '1e9', 'expected a number from 0 to 3600, found "1e9"'],
  ['MAX_BODY_BYTES', '1GB', 'expected an integer from 1 to 2147483647, found "1GB"'],
  ['MAX_QUEUE_SIZE', '0', 'expected an integer from 1 to 1000000, found 0'],
  ['LOG_FORMAT', 'xml', 'expected one of auto, pretty, json, found "xml"'],
  ['SIMULATE', 'warboy', 'expected auto, never or warboy*N with N from 1 to 64, found "warboy"'],
];

/** The whole of the problem, for what `--trace-config` cannot be. */
const badTraces: [value: string | readonly string[], expected: string][] = [
  ['', '--trace-config: expected key=value, several with commas between, found ""'],
  ['rate', '--trace-config: expected key=value, several with commas between, found "rate"'],
  ['rate=-1', '--trace-config.rate: expected an integer from 0 to 4294967295, found -1'],
  [
    'rate=0',
    '--trace-config.rate: expected an integer from 1 to 4294967295, found 0, which is for the mode opentelemetry alone',
  ],
  ['count=-2', '--trace-config.count: expected an integer from -1 to 2147483647, found -2'],
  ['log-frequency=x', '--trace-config.log_frequency: expected an integer from 0 to 4294967295, found "x"'],
  ['file=', '--trace-config.file: expected text, found an empty one'],
  ['mode=zipkin', '--trace-config.mode: expected one of triton, opentelemetry, found "zipkin"'],
  [
    'opentelemetry,url=localhost:4318',
    '--trace-config.url: expected a URL such as http://localhost:4318/v1/traces, found "localhost:4318"',
  ],
  ['opentelemetry,resource=name', '--trace-config.resource: expected a mapping, found "name"'],
  [
    ['mode=opentelemetry', 'level=TENSORS'],
    '--trace-config.level: TENSORS cannot be traced in the mode opentelemetry; expected TIMESTAMPS or OFF',
  ],
  [
    'mode=opentelemetry,bsp_max_queue_size=5,bsp_max_export_batch_size=6',
    '--trace-config.bsp_max_export_batch_size: expected bsp_max_queue_size, which is 5, or less, found 6',
  ],
  [
    'level=MAX,file=x',
    '--trace-config.level: expected OFF, TIMESTAMPS, TENSORS, or a list of the latter two, found "MAX"',
  ],
  [
    ['level=OFF', 'level=TENSORS,file=x'],
    '--trace-config.level: expected OFF, TIMESTAMPS, TENSORS, or a list of the latter two, found "OFF", "TENSORS"',
  ],
  [
    'fil=x',
    '--trace-config.fil: unknown key; did you mean "file"? Allowed: file, level, rate, count, log_frequency, mode, ' +
      'url, resource, bsp_max_queue_size, bsp_schedule_delay, bsp_max_export_batch_size',
  ],
  [
    'level=TIMESTAMPS',
    '--trace-config.level: TIMESTAMPS cannot be traced without a trace file; expected file=PATH',
  ],
];

for (const [value, expected] of badTraces) {
  test(`--trace-config ${value} is refused`, () => {
    assert.deepEqual(problemsOf({ flags: { ...single, traceConfig: value } }), [expected]);
  });
}

test('a server file that traces without a trace file is refused, and an option can name one', () => {
  const files = { 's.yaml': 'trace:\n  level: TENSORS\n' };
  const flags = { ...single, serverConfig: 's.yaml' };
  assert.deepEqual(problemsOf({ files, flags }), [
    's.yaml:2:10: trace.level: TENSORS cannot be traced without a trace file; expected file=PATH',
  ]);
  assert.deepEqual(problemsOf({ files, flags: { ...flags, traceConfig: 'file=x' } }), []);
});

const spanVariables: [env: Record<string, string>, url: string][] = [
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1' }, 'http://c:1/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1/base/' }, 'http://c:1/base/v1/traces'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:2/own' },
    'http://c:2/own',
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, SPANS.url],
];

for (const [env, url] of spanVariables) {
  test(`where nothing is said, ${JSON.stringify(env)} says where spans are sent`, () => {
    const flags = { ...single, traceConfig: 'mode=opentelemetry' };
    assert.deepEqual(settingsOf({ flags, env }).trace.spans, { ...SPANS, url });
    const said = { ...single, traceConfig: 'mode=opentelemetry,url=http://said' };
    assert.equal(settingsOf({ flags: said, env }).trace.spans?.url, 'http://said');
  });
}

test('OTEL_BSP_MAX_QUEUE_SIZE is taken where it is a count', () => {
  const flags = { ...single, traceConfig: 'mode=opentelemetry' };
  const sizes = ['7', '0', 'x'].map(
    (text) => settingsOf({ flags, env: { OTEL_BSP_MAX_QUEUE_SIZE: text } }).trace.spans?.maxQueueSize,
  );
  assert.deepEqual(sizes, [7, null, null]);
});

for (const [name, value, expected] of badVariables) {
  test(`FURIOSA_SERVER_${name}=${value} is an error that names the variable`, () => {
    const problems = problemsOf({ flags: single, env: { [`FURIOSA_SERVER_${name}`]: value } });
    assert.equal(problems.length, 1);
    assert.ok(problems[0]?.startsWith(`FURIOSA_SERVER_${name}: ${expected}`), problems[0]);
  });
}

test('a whole server may be described by the environment', () => {
  const settings = settingsOf({
    env: {
      FURIOSA_SERVER_MODEL_PATH: 'm.onnx',
      FURIOSA_SERVER_MODEL_NAME: 'm',
      FURIOSA_SERVER_MODEL_VERSION: '7',
      FURIOSA_SERVER_DEVICE: 'cpu(2)*1',
      FURIOSA_SERVER_BATCH_SIZE: '2',
      FURIOSA_SERVER_WORKERS: '3',
      FURIOSA_SERVER_THREADS: '4',
    },
  });
  const [model] = settings.models;
  assert.deepEqual(
    [model?.version, model?.platform, model?.device, model?.batchSize, model?.workers, model?.engine.threads],
    ['7', 'cpu', 'cpu(2)*1', 2, 3, 4],
  );
});

test('no other variable leaks in, and an empty one is not set', () => {
  const env = {
    PORT: '1',
    HOST: 'x',
    WORKERS: 'x',
    DEBUG: 'x',
    NAME: 'x',
    VERSION: 'x',
    PLATFORM: 'x',
    MODEL: 'x',
    DESCRIPTION: 'x',
    MODEL_NAME: 'x',
    HTTP_PORT: '1',
    FURIOSA_SERVER_HTTP_PORT: '',
    FURIOSA_SERVER_PORT: 'tcp://10.0.0.1:8080',
    FURIOSA_SERVER_SERVICE_HOST: '10.0.0.1',
    FURIOSA_SERVER_PORT_8080_TCP_ADDR: '10.0.0.1',
  };
  assert.deepEqual(settingsOf({ flags: single, env }), settingsOf({ flags: single }));
});

test('a mistyped variable is told, with the one that was meant', () => {
  assert.deepEqual(settingsOf({ flags: single, env: { FURIOSA_SERVER_HTPP_PORT: '1' } }).warnings, [
    'FURIOSA_SERVER_HTPP_PORT: no such option; did you mean "FURIOSA_SERVER_HTTP_PORT"?',
  ]);
});

test('a bad FURIOSA_DEVICES is an error that names it, once, and not a fallback', () => {
  const files = { 'm.yaml': 'model_config_list: [{name: a, model: a}, {name: b, model: b}]' };
  for (const variable of ['FURIOSA_DEVICES', 'NPU_DEVNAME']) {
    const problems = problemsOf({ files, flags: { modelConfig: 'm.yaml' }, env: { [variable]: '???' } });
    assert.equal(problems.length, 1);
    assert.ok(problems[0]?.startsWith(`${variable}: `), problems[0]);
  }
});
