import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COLOURED, PLAIN, type Style } from '#cli/terminal.js';
import { printModels, printModelsJson } from './print-models.js';
import type { RepositoryModel, RepositoryVersion } from './repository-model.js';

const VERSION: RepositoryVersion = {
  version: '1',
  state: 'READY',
  reason: '',
  wanted: true,
  platform: 'cpu',
  devices: ['cpu'],
  instances: 2,
  memoryBytes: 26_454,
  inferenceCount: 1234,
  isolation: 'process',
  restarts: { crash: 0, killed: 2, hang: 1, load: 0 },
};

const MNIST: RepositoryModel = {
  name: 'mnist',
  source: '/models/mnist',
  fault: null,
  policy: { kind: 'latest', count: 2 },
  labels: { stable: '1', candidate: '2', beta: '2' },
  split: { 1: 90, 2: 10 },
  shadow: { version: '3', percent: 50 },
  versions: [
    VERSION,
    { ...VERSION, version: '2', inferenceCount: 0, memoryBytes: null },
    { ...VERSION, version: '3', state: 'LOADING', devices: ['npu:0:0', 'npu:0:1'], memoryBytes: 0 },
  ],
};

const ABSENT: RepositoryVersion = {
  ...VERSION,
  state: 'UNAVAILABLE',
  reason: 'ssd.onnx: input "image" has the datatype BFLOAT16,\n\twhich the engine cannot read',
  platform: null,
  devices: [],
  instances: 0,
  memoryBytes: null,
  inferenceCount: 0,
  isolation: null,
  restarts: null,
};

const SSD: RepositoryModel = {
  ...MNIST,
  name: 'ssd',
  policy: null,
  labels: {},
  split: null,
  shadow: null,
  versions: [ABSENT],
};

function printed(
  models: readonly RepositoryModel[],
  shown: { columns?: number; style?: Style; isWide?: boolean } = {},
): string {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const { columns = null, style = PLAIN, isWide = false } = shown;
  printModels(models, isWide, { write, writeError: write, columns, progressColumns: null, style });
  return text;
}

describe('the table of models', () => {
  it('has a line for each version, with its labels beside it', () => {
    assert.equal(
      printed([MNIST]),
      [
        'MODEL  VERSION              STATE    DEVICE            MEMORY   REQUESTS',
        'mnist  1 (stable)           READY    cpu               26.5 kB  1,234',
        'mnist  2 (beta, candidate)  READY    cpu               -        0',
        'mnist  3                    LOADING  npu:0:0, npu:0:1  0 bytes  1,234',
        '',
      ].join('\n'),
    );
  });

  it('has the reason at the end of the line where there is room', () => {
    assert.equal(
      printed([SSD]),
      [
        'MODEL  VERSION  STATE        REQUESTS  REASON',
        'ssd    1        UNAVAILABLE  0         ssd.onnx: input "image" has the datatype BFLOAT16, which the engine cannot read',
        '',
      ].join('\n'),
    );
  });

  it('has it under the line, whole, where a terminal is too narrow', () => {
    assert.equal(
      printed([SSD, { ...SSD, name: 'iris', versions: [{ ...VERSION, devices: [], memoryBytes: null }] }], {
        columns: 50,
      }),
      [
        'MODEL  VERSION  STATE        REQUESTS',
        'ssd    1        UNAVAILABLE  0',
        '    ssd.onnx: input "image" has the datatype',
        '    BFLOAT16, which the engine cannot read',
        'iris   1        READY        1,234',
        '',
      ].join('\n'),
    );
  });

  it('becomes blocks where it would still be too wide', () => {
    assert.equal(
      printed([SSD], { columns: 36 }),
      [
        'MODEL     ssd',
        'VERSION   1',
        'STATE     UNAVAILABLE',
        'REQUESTS  0',
        'REASON    ssd.onnx: input "image"',
        '          has the datatype BFLOAT16,',
        '          which the engine cannot',
        '          read',
        '',
      ].join('\n'),
    );
  });

  it('--wide has where the models come from and who is sent to them', () => {
    assert.equal(
      printed([MNIST, { ...SSD, policy: { kind: 'specific', versions: ['1', '3'] } }], { isWide: true })
        .split('\n')
        .map((line) => line.slice(68))
        .join('\n'),
      [
        'REQUESTS  PLATFORM  INSTANCES  ISOLATION  RESTARTS              TRAFFIC        POLICY         SOURCE         REASON',
        '1,234     cpu       2          process    3 (2 killed, 1 hang)  90%            latest 2       /models/mnist  -',
        '0         cpu       2          process    3 (2 killed, 1 hang)  10%            latest 2       /models/mnist  -',
        '1,234     cpu       2          process    3 (2 killed, 1 hang)  copies of 50%  latest 2       /models/mnist  -',
        '0         -         0          -          -                     -              specific 1, 3  /models/mnist  ssd.onnx: input "image" has the datatype BFLOAT16, which the engine cannot read',
        '',
      ].join('\n'),
    );
  });

  const rows: readonly (readonly [model: Partial<RepositoryModel>, line: string])[] = [
    [{ versions: [] }, 'ssd    it has no versions'],
    [{ versions: [], fault: 'config.json: it is empty' }, 'ssd    config.json: it is empty'],
    [
      { versions: [{ ...ABSENT, reason: '', wanted: false }] },
      'ssd    1        UNAVAILABLE  0         not wanted',
    ],
    [{ versions: [{ ...ABSENT, reason: '' }] }, 'ssd    1        UNAVAILABLE  0'],
    [
      { fault: 'config.json: it is empty', versions: [{ ...ABSENT, reason: '' }] },
      'ssd    -        -            -         config.json: it is empty\nssd    1        UNAVAILABLE  0         -',
    ],
  ];
  for (const [model, lines] of rows) {
    it(`says: ${lines}`, () => {
      const [, ...shown] = printed([{ ...SSD, ...model }]).split('\n');
      assert.deepEqual(shown, [...lines.split('\n'), '']);
    });
  }

  it('says so where there are none', () => assert.equal(printed([]), 'No models.\n'));

  it('sets off the titles, and obeys nothing that a server says', () => {
    const evil = '\u001b[2J';
    const text = printed([{ ...SSD, name: evil, versions: [{ ...ABSENT, state: evil, reason: evil }] }], {
      style: COLOURED,
    });
    assert.equal(
      text,
      '\u001b[1mMODEL    VERSION  STATE    REQUESTS  REASON\u001b[22m\n\\x1b[2J  1        \\x1b[2J  0         \\x1b[2J\n',
    );
  });
});

describe('the models for machines', () => {
  it('are what the server answers, every key of it', () => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    printModelsJson([SSD], { write, writeError: write, columns: 10, progressColumns: null, style: PLAIN });
    assert.deepEqual(JSON.parse(text), [
      {
        name: 'ssd',
        source: '/models/mnist',
        fault: null,
        policy: null,
        labels: {},
        split: null,
        shadow: null,
        versions: [
          {
            version: '1',
            state: 'UNAVAILABLE',
            reason: ABSENT.reason,
            wanted: true,
            platform: null,
            devices: [],
            instances: 0,
            memory_bytes: null,
            inference_count: 0,
            isolation: null,
            restarts: null,
          },
        ],
      },
    ]);
  });
});
