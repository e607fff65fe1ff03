import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import type { Session } from '#backend/backend.js';
import { onnxRuntimeBackend } from '#backend/onnxruntime/backend.js';
import type { LoadOptions, PreparedWeights } from '#backend/options.js';
import type { Tensor } from '#tensor/tensor.js';
import { hearLog } from '../../../../test/support/heard.js';
import { PLAIN_OPTIONS } from '../../../../test/support/load-options.js';
import { modelDirectory, tensorInfo, writeModel } from '../../../../test/support/onnx-models.js';
import { encodeModel, type Node, type TensorDef } from '../../../../test/support/onnx-writer.js';

const folder = modelDirectory(after);
const GIB = 1024 ** 3;

/** Numbers of which no two are alike, so that none can be in another's place unseen. */
function numbers(count: number, seed: number): Uint8Array {
  let state = seed;
  const values = Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  return new Uint8Array(values.buffer);
}

function weight(name: string, shape: readonly number[], seed: number): TensorDef {
  const count = shape.reduce((product, axis) => product * axis, 1);
  return { name, type: 'FLOAT', shape, raw: numbers(count, seed) };
}

/** `rows` x 1024 through products with square matrices of 4 MiB each. */
function products(matrices: number, seed: number): Uint8Array {
  const nodes: Node[] = Array.from({ length: matrices }, (_, i) => ({
    op: 'MatMul',
    inputs: [i === 0 ? 'x' : `t${i}`, `w${i}`],
    outputs: [i === matrices - 1 ? 'y' : `t${i + 1}`],
  }));
  return encodeModel({
    graph: {
      nodes,
      initializers: Array.from({ length: matrices }, (_, i) => weight(`w${i}`, [1024, 1024], seed + i)),
      inputs: [tensorInfo('x', 'FP32', ['rows', 1024])],
      outputs: [tensorInfo('y', 'FP32', ['rows', 1024])],
    },
  });
}

const PRODUCTS = writeModel(folder, 'products.onnx', products(4, 1));
const PRODUCTS_INPUT: Tensor = { name: 'x', datatype: 'FP32', shape: [3, 1024], data: numbers(3 * 1024, 9) };

/** A convolution whose weights the engine lays out anew, an output whose rank it finds out, and a branch. */
const CONVOLUTION = writeModel(
  folder,
  'convolution.onnx',
  encodeModel({
    graph: {
      nodes: [
        { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1] } },
        { op: 'Relu', inputs: ['c'], outputs: ['r'] },
        { op: 'Conv', inputs: ['r', 'v'], outputs: ['y'] },
        { op: 'Shape', inputs: ['y'], outputs: ['s'] },
      ],
      initializers: [weight('w', [64, 32, 3, 3], 1), weight('b', [64], 2), weight('v', [48, 64, 1, 1], 3)],
      inputs: [tensorInfo('x', 'FP32', ['n', 32, 'h', 'w'])],
      outputs: [
        { name: 'y', type: { tensor: 'FLOAT', shape: ['n', 'c', 'h', 'w'] } },
        { name: 's', type: { tensor: 'INT64', shape: ['rank'] } },
      ],
    },
  }),
);
const IMAGE: Tensor = {
  name: 'x',
  datatype: 'FP32',
  shape: [2, 32, 17, 19],
  data: numbers(2 * 32 * 17 * 19, 7),
};

writeFileSync(join(folder, 'beside.bin'), numbers(1024 * 1024, 5));
const BESIDE = writeModel(
  folder,
  'beside.onnx',
  encodeModel({
    graph: {
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      initializers: [
        {
          name: 'w',
          type: 'FLOAT',
          shape: [1024, 1024],
          external: { location: 'beside.bin', offset: 0, length: 4 * 1024 * 1024 },
        },
      ],
      inputs: [tensorInfo('x', 'FP32', ['rows', 1024])],
      outputs: [tensorInfo('y', 'FP32', ['rows', 1024])],
    },
  }),
);

function newShelf(parts: Partial<PreparedWeights> = {}): PreparedWeights {
  return {
    folder: join(mkdtempSync(join(folder, 'shelf-')), 'prepared'),
    maxBytes: GIB,
    mayMake: true,
    ...parts,
  };
}

async function load(
  t: TestContext,
  path: string,
  prepared: PreparedWeights | null,
  parts: Partial<LoadOptions> = {},
): Promise<Session> {
  const options = { ...PLAIN_OPTIONS, ...parts, ...(prepared && { prepared }) };
  const session = await onnxRuntimeBackend.load({ path }, options);
  t.after(() => session.dispose());
  return session;
}

async function answerOf(session: Session, input: Tensor): Promise<readonly Tensor[]> {
  return await session.run(
    [input],
    session.outputs.map(({ name }) => name),
  );
}

function copiesIn(shelf: PreparedWeights): readonly string[] {
  if (!existsSync(shelf.folder)) return [];
  return readdirSync(shelf.folder).filter((name) => name !== 'notes');
}

function onlyCopyIn(shelf: PreparedWeights): string {
  const copies = copiesIn(shelf);
  assert.equal(copies.length, 1);
  return join(shelf.folder, copies[0] ?? '');
}

const isShared = ({ facts }: Session): boolean => (facts.sharedBytes ?? 0) > 0;

const models: [what: string, path: string, input: Tensor][] = [
  ['products', PRODUCTS, PRODUCTS_INPUT],
  ['convolutions', CONVOLUTION, IMAGE],
  ['weights beside the file', BESIDE, PRODUCTS_INPUT],
];

for (const [what, path, input] of models) {
  for (const threads of [1, 2]) {
    test(`${what}, ${threads} threads: the same tensors and the same bits on a copy that one thread made`, async (t) => {
      const plain = await load(t, path, null, { threads });
      const shelf = newShelf();
      await load(t, path, shelf);
      const sharing = await load(t, path, { ...shelf, mayMake: false }, { threads });
      assert.ok(isShared(sharing));
      assert.ok(!isShared(plain));
      assert.deepEqual([sharing.inputs, sharing.outputs], [plain.inputs, plain.outputs]);
      assert.deepEqual(await answerOf(sharing, input), await answerOf(plain, input));
      assert.equal(sharing.facts.modelBytes, plain.facts.modelBytes);
    });
  }
}

test('other levels of optimisation have copies of their own', async (t) => {
  const shelf = newShelf();
  for (const level of ['disabled', 'basic', 'all'] as const) {
    const onnxruntime = { graph_optimization_level: level };
    const plain = await load(t, CONVOLUTION, null, { onnxruntime });
    const sharing = await load(t, CONVOLUTION, shelf, { onnxruntime });
    assert.deepEqual(await answerOf(sharing, IMAGE), await answerOf(plain, IMAGE));
  }
  assert.equal(copiesIn(shelf).length, 3);
});

test('further sessions take less than half of the weights each, and twice that where they do not share', {
  skip: existsSync('/proc/self/smaps_rollup') ? false : 'only Linux tells',
}, async (t) => {
  const large = writeModel(folder, 'large.onnx', products(16, 3));
  const weightBytes = 64 * 1024 * 1024;
  const growth = async (prepared: PreparedWeights | null): Promise<number> => {
    const open = async (): Promise<void> =>
      void (await answerOf(await load(t, large, prepared), PRODUCTS_INPUT));
    await open();
    const before = proportionalBytes();
    for (let i = 0; i < 3; i++) await open();
    return (proportionalBytes() - before) / 3 / weightBytes;
  };
  const sharing = await growth(newShelf());
  assert.ok(sharing < 0.5, `each took ${sharing.toFixed(2)} of the weights`);
  const plain = await growth(null);
  assert.ok(plain > 0.9, `each took only ${plain.toFixed(2)} of the weights without sharing`);
});

/** What this process has in memory; of a page that is mapped n times, each mapping counts an n-th. */
function proportionalBytes(): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync('/proc/self/smaps_rollup', 'latin1'));
  return Number(found?.[1]) * 1024;
}

test('two that make a copy at once both use one, and nothing else is left', async (t) => {
  const shelf = newShelf();
  const [backend, options] = [
    import.meta.resolve('#backend/onnxruntime/backend.js'),
    { ...PLAIN_OPTIONS, prepared: shelf },
  ];
  const code = `
    const { parentPort, workerData: { backend, path, options } } = require('node:worker_threads');
    import(backend)
      .then(({ onnxRuntimeBackend }) => onnxRuntimeBackend.load({ path }, options))
      .then(async (session) => { parentPort.postMessage(session.facts.sharedBytes ?? 0); await session.dispose(); });`;
  // The engine wants to be loaded in the main thread first.
  await load(t, PRODUCTS, null);
  const start = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true, workerData: { backend, path: PRODUCTS, options } });
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  const shared = await Promise.all([start(), start()]);
  assert.ok(shared.every((bytes) => bytes > 0));
  onlyCopyIn(shelf);
});

test('without leave to make a copy there is none, and no word', async (t) => {
  const lines = hearLog(t);
  const shelf = newShelf({ mayMake: false });
  assert.ok(!isShared(await load(t, PRODUCTS, shelf)));
  assert.deepEqual(lines, []);
});

test('a folder that cannot be made: the model is served, with one WARN line', async (t) => {
  const lines = hearLog(t);
  const session = await load(t, PRODUCTS, newShelf({ folder: join(PRODUCTS, 'prepared') }));
  assert.ok(!isShared(session));
  await answerOf(session, PRODUCTS_INPUT);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^WARN each instance holds the weights for itself: ENOTDIR/);
});

test('a model that is broken has its own error and no other', async (t) => {
  const lines = hearLog(t);
  const broken = writeModel(
    folder,
    'broken.onnx',
    encodeModel({
      graph: {
        nodes: [{ op: 'Nope', inputs: ['x'], outputs: ['y'] }],
        inputs: [tensorInfo('x', 'FP32', [1])],
        outputs: [tensorInfo('y', 'FP32', [1])],
      },
    }),
  );
  const shelf = newShelf();
  await assert.rejects(load(t, broken, shelf), { message: /^ONNX Runtime cannot load the model on cpu: / });
  assert.deepEqual(lines, []);
  assert.deepEqual(copiesIn(shelf), []);
});

/** Changes a byte in the middle. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Uint8Array.of(0xa5), 0, 1, Math.floor(readFileSync(path).byteLength / 2));
  closeSync(file);
}

const damages: [what: string, act: (copy: string) => void, says: RegExp][] = [
  ['changed weights', (copy) => damage(join(copy, 'weights.bin')), /weights\.bin has other contents/],
  [
    'cut weights',
    (copy) => truncateSync(join(copy, 'weights.bin'), 99),
    /weights\.bin has 99 bytes instead of \d+/,
  ],
  ['a changed graph', (copy) => damage(join(copy, 'model.onnx')), /model\.onnx has other contents/],
  ['no manifest to read', (copy) => writeFileSync(join(copy, 'manifest.json'), '{"files":'), /JSON/],
];

for (const [what, act, says] of damages) {
  test(`a copy with ${what} is removed, with a WARN line, and made anew`, async (t) => {
    const shelf = newShelf();
    await (await load(t, PRODUCTS, shelf)).dispose();
    act(onlyCopyIn(shelf));
    const lines = hearLog(t);
    assert.ok(!isShared(await load(t, PRODUCTS, { ...shelf, mayMake: false })));
    assert.deepEqual(copiesIn(shelf), []);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^WARN a prepared copy in .* is damaged and no longer used: /);
    assert.match(lines[0] ?? '', says);
    assert.ok(isShared(await load(t, PRODUCTS, shelf)));
  });
}

test('a copy that the engine refuses is removed, and the model is served without', async (t) => {
  const shelf = newShelf();
  await (await load(t, PRODUCTS, shelf)).dispose();
  const copy = onlyCopyIn(shelf);
  writeFileSync(join(copy, 'model.onnx'), 'no graph');
  const manifest = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8'));
  // As if it had been made so: what is wrong is only seen by the engine.
  manifest.files['model.onnx'] = { byteLength: 8, crc32: crc32('no graph'), state: null };
  writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest));
  const lines = hearLog(t);
  assert.ok(!isShared(await load(t, PRODUCTS, shelf)));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^WARN each instance holds the weights for itself: Protobuf parsing failed/);
  assert.deepEqual(copiesIn(shelf), []);
});

test('a model that was replaced has another copy', async (t) => {
  const shelf = newShelf();
  const path = join(folder, 'replaced.onnx');
  copyFileSync(PRODUCTS, path);
  const before = await answerOf(await load(t, path, shelf), PRODUCTS_INPUT);
  writeFileSync(path, products(4, 77));
  const session = await load(t, path, shelf);
  const plain = await load(t, path, null);
  assert.ok(isShared(session));
  assert.deepEqual(await answerOf(session, PRODUCTS_INPUT), await answerOf(plain, PRODUCTS_INPUT));
  assert.notDeepEqual(await answerOf(session, PRODUCTS_INPUT), before);
});

test('what is used the longest ago makes room, and what is in use does not', async (t) => {
  const others = [11, 12].map((seed) => writeModel(folder, `other-${seed}.onnx`, products(4, seed)));
  // A copy of 16 MiB of weights has them twice, as they were and as the kernels take them.
  const shelf = newShelf({ maxBytes: 50 * 1024 * 1024 });
  const first = await load(t, PRODUCTS, shelf);
  const kept = onlyCopyIn(shelf);
  const lines = hearLog(t);
  assert.ok(!isShared(await load(t, others[0] ?? '', shelf)), 'there is room for one, and that is in use');
  assert.match(lines.join(), /^WARN each instance holds .* may take in .*, and the rest is in use$/);
  assert.equal(onlyCopyIn(shelf), kept);
  await first.dispose();
  assert.ok(isShared(await load(t, others[1] ?? '', shelf)));
  assert.notEqual(onlyCopyIn(shelf), kept);
});

test('a copy that is larger than all that may be kept is not made', async (t) => {
  const lines = hearLog(t);
  const shelf = newShelf({ maxBytes: 1024 });
  assert.ok(!isShared(await load(t, PRODUCTS, shelf)));
  assert.deepEqual(copiesIn(shelf), []);
  assert.match(
    lines.join(),
    /takes 16\.0 MiB of the 1\.0 KiB that copies may take in .*, which is more than all of it$/,
  );
});

test('who has plans of their own for the files of the engine is left alone', async (t) => {
  const shelf = newShelf();
  const onnxruntime = { session_config: { 'session.save_external_prepacked_constant_initializers': '0' } };
  assert.ok(!isShared(await load(t, PRODUCTS, shelf, { onnxruntime })));
  assert.deepEqual(copiesIn(shelf), []);
});
