/** Models are loaded again while they are asked without a pause, and nobody notices but by newer answers. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Participant, participant, residentBytes } from '../../bench/process.js';
import { GenerationLoad, type LoadShape } from '../support/generation-load.js';
import { replaceGeneration } from '../support/generations.js';
import type { Loose } from '../support/grpc-client.js';
import { modelDirectory } from '../support/onnx-models.js';
import { MODEL_NAME, type ReloadOrder } from '../support/reload-order.js';

interface Ports {
  readonly rest: number;
  readonly grpc: number;
}

const RELOADS = 10;
/** Of weights in each generation, so that some requests look at every page of them: 256 KiB. */
const PLACES = 65_536;
const LOAD: LoadShape = {
  name: MODEL_NAME,
  restConnections: 8,
  grpcCalls: 2,
  grpcStreams: 2,
  places: PLACES,
  versionOf: () => '1',
};

/** Each connection has been answered some times before the next generation comes. */
const ANSWERS_BETWEEN = 3 * (LOAD.restConnections + LOAD.grpcCalls + LOAD.grpcStreams);

interface ReloadServer extends Participant {
  readonly first: Ports;
  /** Settles when it has done so. */
  obey(order: ReloadOrder): Promise<void>;
}

async function reloadServer(t: TestContext): Promise<ReloadServer> {
  const server = await participant<Ports>('../test/support/reload-server.js');
  t.after(() => server.stop());
  return {
    ...server,
    obey: async (order) =>
      assert.deepEqual(await server.ask<object>(order), { fault: null }, JSON.stringify(order)),
  };
}

/** Writes a generation, and says how it comes to serve. */
type Write = (folder: string, generation: number) => ReloadOrder;

/** The only version, in the same file. */
const replaceFile: Write = (folder, generation) => {
  const path = join(folder, 'model.onnx');
  replaceGeneration(path, generation, PLACES);
  return { versions: [{ version: '1', path }] };
};

/** A version of its own, beside the last one. */
const addVersion: Write = (folder, generation) => {
  const versions = [generation - 1, generation]
    .filter((each) => each >= 0)
    .map((each) => ({ version: String(each), path: join(folder, `${each}.onnx`) }));
  replaceGeneration(join(folder, `${generation}.onnx`), generation, PLACES);
  return { versions };
};

const ways: [what: string, write: Write, versionOf: LoadShape['versionOf']][] = [
  ['its file was replaced', replaceFile, () => '1'],
  ['it has a new version', addVersion, String],
];

for (const [what, write, versionOf] of ways) {
  test(`a model is loaded under load because ${what}: no request fails, and each has one generation`, async (t) => {
    const folder = modelDirectory((remove) => t.after(remove));
    const server = await reloadServer(t);
    await server.obey(write(folder, 0));
    const load = new GenerationLoad(server.first, { ...LOAD, versionOf });
    t.after(() => load.stop());
    load.start();
    for (let generation = 1; generation <= RELOADS; generation++) {
      load.written(generation);
      await server.obey(write(folder, generation));
      load.acknowledged(generation);
      await load.more(ANSWERS_BETWEEN);
    }
    const { faults, byGeneration } = await load.stop();
    assert.deepEqual(faults, []);
    for (let generation = 0; generation <= RELOADS; generation++)
      assert.ok(byGeneration.has(generation), `nobody was answered by generation ${generation}`);
  });
}

test('a model is loaded again under load though nothing changed: no request fails', async (t) => {
  const folder = modelDirectory((remove) => t.after(remove));
  const server = await reloadServer(t);
  const order = replaceFile(folder, 0);
  await server.obey(order);
  const load = new GenerationLoad(server.first, LOAD);
  t.after(() => load.stop());
  load.start();
  for (let again = 0; again < 3; again++) {
    await server.obey({ ...order, isForced: true });
    await load.more(ANSWERS_BETWEEN);
  }
  assert.deepEqual((await load.stop()).faults, []);
});

test('what an unloaded model held is memory of the system again', async (t) => {
  const folder = modelDirectory((remove) => t.after(remove));
  const path = join(folder, 'model.onnx');
  const bytes = 64 * 1024 * 1024;
  replaceGeneration(path, 1, bytes / 4);
  const server = await reloadServer(t);
  const order: ReloadOrder = { versions: [{ version: '1', path }] };
  // The first load brings the engine's library, which stays.
  for (let round = 0; round < 2; round++) {
    await server.obey(order);
    const loaded = residentBytes(server.pid);
    const stats = await fetch(`http://127.0.0.1:${server.first.rest}/v2/models/stats`);
    const [{ memory_usage }] = ((await stats.json()) as Loose).model_stats;
    const [{ byte_size: told }] = memory_usage;
    assert.ok(told > bytes && told < 1.5 * bytes, `${told} bytes are told`);
    await server.obey({ versions: null });
    const given = loaded - residentBytes(server.pid);
    assert.ok(given > 0.9 * bytes, `${given} bytes came back of ${told} that it was told to hold`);
  }
});
