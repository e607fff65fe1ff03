import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { ModelSummary } from '#backend/model-summary.js';
import type { DeviceReport } from '#device/report.js';
import type { Commands } from './commands.js';
import { fileSize } from './print-model.js';
import { printable, widthOf, wrap } from './printable.js';
import { run } from './run.js';
import { COLOURED, PLAIN, type Style, wantsColour } from './terminal.js';

const NPU: DeviceReport = {
  name: 'npu:0:0',
  kind: 'npu',
  arch: 'warboy',
  label: 'warboy-b0, 64dpes',
  simulated: false,
  firmware: '1.6.0, c1bebfd',
  driver: '1.0.0, 0000000',
  serial: 'WBYB0000000000000',
  busName: '0000:6d:00.0',
  numaNode: 0,
  alive: true,
  temperatureCelsius: 41.26,
  holder: 'mnist/1',
  threads: 1,
};

const CPU: DeviceReport = {
  name: 'cpu',
  kind: 'cpu',
  arch: null,
  label: 'the system offers 8 CPUs',
  simulated: false,
  firmware: null,
  driver: null,
  serial: null,
  busName: null,
  numaNode: null,
  alive: null,
  temperatureCelsius: null,
  holder: null,
  threads: 8,
};

const STAND_IN: DeviceReport = {
  ...CPU,
  name: 'npu:1:0',
  kind: 'npu',
  arch: 'warboy',
  label: 'software',
  simulated: true,
};

const MODEL: ModelSummary = {
  format: 'onnx',
  fileBytes: 26454,
  facts: { producer: 'pytorch 2.1', description: 'Reads a digit.\nTrained on MNIST,\ttwice.' },
  inputs: [
    { name: '입력', datatype: 'FP32', shape: [-1, 1, 28, 28] },
    { name: 'mask', datatype: 'BOOL', shape: [] },
  ],
  outputs: [
    {
      name: 'digits',
      datatype: 'UINT8',
      shape: [-1, 10],
      quantization: { scales: [0.00390625], zeroPoints: [3], axis: null },
    },
  ],
  operators: [
    { name: 'Conv', count: 1200 },
    { name: 'Relu', count: 2 },
  ],
  parameterCount: 5998,
  quantized: true,
};

interface Shown {
  readonly columns?: number;
  readonly style?: Style;
}

async function printed(
  argv: readonly string[],
  commands: Partial<Commands>,
  shown: Shown = {},
): Promise<string> {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const terminal = {
    write,
    writeError: write,
    columns: shown.columns ?? null,
    progressColumns: null,
    style: shown.style ?? PLAIN,
  };
  const host = { env: {}, platform: 'linux', homeFolder: '/nowhere', ancestors: () => [] };
  await run(argv, commands as Commands, terminal, host);
  return text;
}

const devices = (...list: DeviceReport[]): Partial<Commands> => ({ devices: async () => list });
const model = (summary: ModelSummary): Partial<Commands> => ({ inspect: async () => summary });

describe('furiosa devices', () => {
  it('prints a line for each device, without columns that say nothing', async () => {
    assert.equal(
      await printed(['devices'], devices(STAND_IN, CPU)),
      [
        'NAME     KIND             THREADS  DESCRIPTION',
        'npu:1:0  npu (simulated)  8        software',
        'cpu      cpu              8        the system offers 8 CPUs',
        '',
      ].join('\n'),
    );
  });

  it('prints everything that is known of a card', async () => {
    assert.equal(
      await printed(['devices'], devices(NPU, CPU)),
      [
        'NAME     KIND  THREADS  HELD BY  ALIVE  TEMP     FIRMWARE        DRIVER          SERIAL             BUS           NUMA  DESCRIPTION',
        'npu:0:0  npu   1        mnist/1  yes    41.3 °C  1.6.0, c1bebfd  1.0.0, 0000000  WBYB0000000000000  0000:6d:00.0  0     warboy-b0, 64dpes',
        'cpu      cpu   8        -        -      -        -               -               -                  -             -     the system offers 8 CPUs',
        '',
      ].join('\n'),
    );
  });

  it('prints a block for each device where a terminal is too narrow for lines', async () => {
    assert.equal(
      await printed(['devices'], devices(NPU, CPU), { columns: 100 }),
      [
        'NAME         npu:0:0',
        'KIND         npu',
        'THREADS      1',
        'HELD BY      mnist/1',
        'ALIVE        yes',
        'TEMP         41.3 °C',
        'FIRMWARE     1.6.0, c1bebfd',
        'DRIVER       1.0.0, 0000000',
        'SERIAL       WBYB0000000000000',
        'BUS          0000:6d:00.0',
        'NUMA         0',
        'DESCRIPTION  warboy-b0, 64dpes',
        '',
        'NAME         cpu',
        'KIND         cpu',
        'THREADS      8',
        'DESCRIPTION  the system offers 8 CPUs',
        '',
      ].join('\n'),
    );
  });

  it('sets off the titles on a terminal that has colours', async () => {
    const text = await printed(['devices'], devices(CPU), { columns: 80, style: COLOURED });
    assert.ok(text.startsWith('\u001b[1mNAME  KIND  THREADS  DESCRIPTION\u001b[22m\ncpu '));
  });

  it('says so where there are none', async () => {
    assert.equal(await printed(['devices'], devices()), 'No devices.\n');
    assert.deepEqual(JSON.parse(await printed(['devices', '--json'], devices())), { devices: [] });
  });

  it('--json prints every key of every device, null where nothing is known', async () => {
    const { devices: list } = JSON.parse(await printed(['devices', '--json'], devices(NPU, CPU)));
    assert.deepEqual(list[0], {
      name: 'npu:0:0',
      kind: 'npu',
      arch: 'warboy',
      label: 'warboy-b0, 64dpes',
      simulated: false,
      firmware: '1.6.0, c1bebfd',
      driver: '1.0.0, 0000000',
      serial: 'WBYB0000000000000',
      bus_name: '0000:6d:00.0',
      numa_node: 0,
      alive: true,
      temperature_celsius: 41.26,
      holder: 'mnist/1',
      threads: 1,
    });
    assert.deepEqual(Object.keys(list[1]), Object.keys(list[0]));
    assert.equal(list[1].serial, null);
  });
});

describe('furiosa devices --url', () => {
  it('prints what a running server says', async () => {
    const json = await printed(['devices', '--json'], devices(NPU, STAND_IN, CPU));
    const asked: string[] = [];
    const answer: RequestListener = (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(json);
    };
    await withServer(answer, async (url) => {
      assert.equal(await printed(['devices', '--json', '--url', url], {}), json);
      assert.equal(
        await printed(['devices', '--url', `${url}/behind/a/proxy`], {}),
        await printed(['devices'], devices(NPU, STAND_IN, CPU)),
      );
    });
    assert.deepEqual(asked, ['GET /v2/devices', 'GET /behind/a/proxy/v2/devices']);
  });

  const answers: readonly (readonly [status: number, body: string, sentence: string])[] = [
    [404, '{"error":"there is no route /v2/devices"}', 'answered 404: there is no route /v2/devices'],
    [502, '<html>Bad gateway</html>', 'answered 502'],
    [200, '<html>Welcome</html>', 'did not answer with a list of devices; is it a furiosa server?'],
    [200, '{"devices":{}}', 'did not answer with a list of devices; is it a furiosa server?'],
    [200, '{"devices":[{"kind":"npu"}]}', 'did not answer with a list of devices; is it a furiosa server?'],
    [200, 'null', 'did not answer with a list of devices; is it a furiosa server?'],
  ];
  for (const [status, body, sentence] of answers) {
    it(`${status} ${body}: ${sentence}`, async () => {
      const answer: RequestListener = (_, response) => response.writeHead(status).end(body);
      await withServer(answer, async (url) => {
        const said = await printed(['devices', '--url', url], {});
        assert.equal(said, `furiosa devices: ${url}/v2/devices ${sentence}\n`);
      });
    });
  }

  it('says why nobody answers', async () => {
    let closed = '';
    await withServer(
      () => undefined,
      async (url) => {
        closed = url;
      },
    );
    const said = await printed(['devices', '--url', closed], {});
    const address = closed.replace('http://', '');
    assert.equal(
      said,
      `furiosa devices: no answer from ${closed}/v2/devices: connect ECONNREFUSED ${address}; is a server running there?\n`,
    );
  });
});

describe('furiosa inspect', () => {
  it('prints what a model expects, answers and contains', async () => {
    assert.equal(
      await printed(['inspect', 'models/mnist.onnx'], model(MODEL)),
      [
        'models/mnist.onnx',
        '  format       ONNX',
        '  file size    26.5 kB',
        '  parameters   5,998',
        '  quantized    yes',
        '  producer     pytorch 2.1',
        '  description  Reads a digit. Trained on MNIST, twice.',
        '',
        'Inputs',
        '  NAME  DATATYPE  SHAPE',
        '  입력  FP32      [?, 1, 28, 28]',
        '  mask  BOOL      []',
        '',
        'Outputs',
        '  NAME    DATATYPE  SHAPE    QUANTIZATION',
        '  digits  UINT8     [?, 10]  scale 0.00390625, zero point 3',
        '',
        'Operators (1,202 of 2 kinds)',
        '  OPERATOR  COUNT',
        '  Conv      1,200',
        '  Relu      2',
        '',
      ].join('\n'),
    );
  });

  it('keeps to the width of a terminal', async () => {
    const text = await printed(['inspect', 'mnist.onnx'], model(MODEL), { columns: 40 });
    assert.match(text, / {2}description {2}Reads a digit. Trained on\n {15}MNIST, twice.\n/);
    assert.match(text, /Outputs\n {2}NAME {10}digits\n/);
  });

  it('prints no command of a terminal that a model file hides in a name', async () => {
    const evil = '\u001b]0;owned\u0007';
    const summary: ModelSummary = {
      ...MODEL,
      facts: { [evil]: evil },
      inputs: [{ name: evil, datatype: 'FP32', shape: [1], description: evil }],
      operators: [{ name: evil, count: 1 }],
    };
    const text = await printed(['inspect', `${evil}.onnx`], model(summary));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f]/);
    assert.equal(text.split('\\x1b]0;owned\\x07').length - 1, 6);
  });

  it('prints a model that has nothing', async () => {
    const nothing = { ...MODEL, facts: {}, inputs: [], outputs: [], operators: [], quantized: false };
    const text = await printed(['inspect', 'empty.onnx'], model(nothing));
    assert.match(text, /Inputs\n {2}none\n\nOutputs\n {2}none\n\nOperators \(0 of 0 kinds\)\n {2}none\n$/);
  });

  it('--json prints stable keys', async () => {
    assert.deepEqual(JSON.parse(await printed(['inspect', '--json', 'mnist.onnx'], model(MODEL))), {
      format: 'onnx',
      file_bytes: 26454,
      parameter_count: 5998,
      quantized: true,
      facts: MODEL.facts,
      inputs: [
        { name: '입력', datatype: 'FP32', shape: [-1, 1, 28, 28], quantization: null, description: null },
        { name: 'mask', datatype: 'BOOL', shape: [], quantization: null, description: null },
      ],
      outputs: [
        {
          name: 'digits',
          datatype: 'UINT8',
          shape: [-1, 10],
          quantization: { scales: [0.00390625], zero_points: [3], axis: null },
          description: null,
        },
      ],
      operators: MODEL.operators,
    });
  });
});

describe('text on a terminal', () => {
  for (const [bytes, text] of [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [2_500_000_000, '2.5 GB'],
  ] as const) {
    it(`${bytes} bytes are ${text}`, () => assert.equal(fileSize(bytes), text));
  }

  for (const [text, width] of [
    ['', 0],
    ['mnist', 5],
    ['모델', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    ['°C', 2],
  ] as const) {
    it(`"${text}" takes ${width} columns`, () => assert.equal(widthOf(text), width));
  }

  it('shows what cannot be seen', () => {
    assert.equal(printable('a\nb\u001b[0m\u202ec\u009b'), 'a\\x0ab\\x1b[0m\\u202ec\\x9b');
    assert.equal(printable('모델 é 🚀'), '모델 é 🚀');
  });

  it('breaks lines at spaces, and nowhere else', () => {
    assert.deepEqual(wrap('one two  three unbreakable 모델 x', 9), [
      'one two',
      'three',
      'unbreakable',
      '모델 x',
    ]);
    assert.deepEqual(wrap('', 9), []);
  });

  for (const [env, colour] of [
    [{}, true],
    [{ NO_COLOR: '' }, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ] as const) {
    it(`${JSON.stringify(env)}: ${colour ? 'colour' : 'no colour'}`, () =>
      assert.equal(wantsColour(env), colour));
  }
});

async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
