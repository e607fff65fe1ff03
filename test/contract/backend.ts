/** What every backend must do, whatever its engine: the promises of src/backend/backend.ts, as tests. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Backend, Session } from '#backend/backend.js';
import type { LoadOptions } from '#backend/options.js';
import { ServingError } from '#core/errors.js';
import { DATATYPE_BYTES, type DataType, isDataType } from '#tensor/datatype.js';
import { elementCount, fitsSpec } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { extremes } from './extremes.js';

export interface BackendFixtures {
  readonly backend: Backend;
  readonly options: LoadOptions;
  /**
   * For every datatype that the engine claims, a model whose one output is its one input, bit for bit, and a concrete
   * shape that it takes.
   */
  readonly identities: readonly {
    readonly datatype: DataType;
    readonly path: string;
    readonly shape: readonly number[];
  }[];
  /** A model with at least two outputs that differ, and inputs for it. */
  readonly manyOutputs: { readonly path: string; readonly inputs: readonly Tensor[] };
  /** A model that raises on some inputs and not on others; null where the engine never raises. */
  readonly failing: {
    readonly path: string;
    readonly bad: readonly Tensor[];
    readonly good: readonly Tensor[];
  } | null;
  /** Files that are identified as this engine's, and that it must refuse. */
  readonly broken: readonly string[];
}

/** Declares the suite. `make` is called once, before the first test. */
export function backendContract(name: string, make: () => BackendFixtures | Promise<BackendFixtures>): void {
  describe(`${name} keeps the contract of a backend`, () => {
    let fixtures: BackendFixtures;
    const sessions: Session[] = [];
    const open = async (path: string): Promise<Session> => {
      const session = await fixtures.backend.load({ path }, fixtures.options);
      sessions.push(session);
      return session;
    };

    before(async () => {
      fixtures = await make();
    });
    after(async () => {
      for (const session of sessions) await session.dispose();
    });

    test('a session tells what it is', async () => {
      const { inputs, outputs, facts } = await open(fixtures.manyOutputs.path);
      assert.ok(outputs.length >= 2);
      for (const specs of [inputs, outputs]) {
        assert.equal(new Set(specs.map((spec) => spec.name)).size, specs.length);
        for (const { name: tensor, datatype, shape } of specs) {
          assert.notEqual(tensor, '');
          assert.ok(isDataType(datatype));
          assert.ok(shape.every((axis) => Number.isSafeInteger(axis) && axis >= -1));
        }
      }
      assert.match(facts.engine, /^\S+ \d+\.\d+/);
      assert.notEqual(facts.provider, '');
      assert.ok(facts.threads >= 1 && facts.modelBytes > 0);
    });

    test('what it answers is what its metadata says', async () => {
      const session = await open(fixtures.manyOutputs.path);
      const names = session.outputs.map((spec) => spec.name);
      const answer = await session.run(fixtures.manyOutputs.inputs, names);
      for (const [i, tensor] of answer.entries()) {
        const spec = session.outputs[i];
        assert.ok(spec);
        assert.equal(tensor.datatype, spec.datatype);
        assert.ok(fitsSpec(tensor.shape, spec.shape), `[${tensor.shape}] is not [${spec.shape}]`);
        if (tensor.datatype === 'BYTES') continue;
        assert.equal(tensor.data.byteLength, elementCount(tensor.shape) * DATATYPE_BYTES[tensor.datatype]);
      }
    });

    test('a run answers exactly the asked outputs, in the asked order', async () => {
      const session = await open(fixtures.manyOutputs.path);
      const names = session.outputs.map((spec) => spec.name);
      const all = await session.run(fixtures.manyOutputs.inputs, names);
      assert.deepEqual(namesOf(all), names);
      const reversed = await session.run(fixtures.manyOutputs.inputs, names.toReversed());
      assert.deepEqual(reversed, all.toReversed());
      for (const [i, wanted] of names.entries()) {
        assert.deepEqual(await session.run(fixtures.manyOutputs.inputs, [wanted]), [all[i]]);
      }
      assert.deepEqual(await session.run(fixtures.manyOutputs.inputs, []), []);
    });

    test('inputs are taken in any order', async () => {
      const session = await open(fixtures.manyOutputs.path);
      const names = session.outputs.map((spec) => spec.name);
      const { inputs } = fixtures.manyOutputs;
      assert.deepEqual(await session.run(inputs.toReversed(), names), await session.run(inputs, names));
    });

    test('every claimed datatype passes bit for bit', async (t) => {
      for (const { datatype, path, shape } of fixtures.identities) {
        await t.test(datatype, async () => {
          const session = await open(path);
          const [input, output] = [only(session.inputs), only(session.outputs)];
          assert.equal(input.datatype, datatype);
          assert.equal(output.datatype, datatype);
          const data = extremes(datatype, elementCount(shape));
          const answer = await session.run([{ name: input.name, datatype, shape, data }], [output.name]);
          assert.deepEqual(answer, [{ name: output.name, datatype, shape, data }]);
        });
      }
    });

    test('bytes may lie anywhere, and are not changed', async (t) => {
      for (const { datatype, path, shape } of fixtures.identities) {
        const session = await open(path);
        const [input, output] = [only(session.inputs), only(session.outputs)];
        const data = extremes(datatype, elementCount(shape));
        for (const [place, lent] of Object.entries(placesOf(data))) {
          await t.test(`${datatype} ${place}`, async () => {
            const [answer] = await session.run(
              [{ name: input.name, datatype, shape, data: lent }],
              [output.name],
            );
            assert.deepEqual(answer?.data, data);
            assert.deepEqual(new Uint8Array(lent), data);
          });
        }
      }
    });

    test('outputs own their bytes', async () => {
      const session = await open(fixtures.manyOutputs.path);
      const names = session.outputs.map((spec) => spec.name);
      const { inputs } = fixtures.manyOutputs;
      const first = await session.run(inputs, names);
      const kept = structuredClone(first);
      const second = await session.run(inputs, names);
      const buffers = [...inputs, ...first, ...second].map((tensor) => tensor.data.buffer);
      assert.equal(new Set(buffers).size, buffers.length);
      // Whole buffers, so that they can be moved to another thread without taking anything along.
      for (const { data } of first) assert.equal(data.buffer.byteLength, data.byteLength);
      for (const { data } of second) data.fill(255);
      assert.deepEqual(first, kept);
      assert.deepEqual(await session.run(inputs, names), kept);
    });

    test('two sessions of one model know nothing of each other', async () => {
      const { path, inputs } = fixtures.manyOutputs;
      const [one, other] = [await open(path), await open(path)];
      const names = one.outputs.map((spec) => spec.name);
      const answer = await one.run(inputs, names);
      await one.dispose();
      assert.deepEqual(await other.run(inputs, names), answer);
    });

    test('what the caller got wrong is INVALID_ARGUMENT, and the next run works', async () => {
      const { path, inputs } = fixtures.manyOutputs;
      const session = await open(path);
      const names = session.outputs.map((spec) => spec.name);
      const [first] = inputs;
      assert.ok(first);
      const others = inputs.slice(1);
      const short = { ...first, data: first.data.slice(1) };
      const foreign: Tensor = { ...first, datatype: first.datatype === 'FP64' ? 'INT64' : 'FP64' };
      for (const [given, wanted] of [
        [others, names],
        [[...inputs, first], names],
        [[...inputs, { ...first, name: 'no such input' }], names],
        [[short, ...others], names],
        [[foreign, ...others], names],
        [inputs, ['no such output']],
      ] as const) {
        await assert.rejects(session.run(given, wanted), isSentence('INVALID_ARGUMENT'));
      }
      assert.deepEqual(namesOf(await session.run(inputs, names)), names);
    });

    test('an engine that raises is INTERNAL, and the next run works', async (t) => {
      if (fixtures.failing === null) {
        t.skip('this engine never raises');
        return;
      }
      const { path, bad, good } = fixtures.failing;
      const session = await open(path);
      const names = session.outputs.map((spec) => spec.name);
      const answer = await session.run(good, names);
      await assert.rejects(session.run(bad, names), isSentence('INTERNAL'));
      assert.deepEqual(await session.run(good, names), answer);
    });

    test('a broken model is refused in one sentence, without its path', async () => {
      assert.ok(fixtures.broken.length > 0);
      for (const path of fixtures.broken) {
        await assert.rejects(open(path), (thrown) => {
          assert.ok(!String(thrown).includes(path), String(thrown));
          return isSentence('INVALID_ARGUMENT')(thrown);
        });
      }
    });

    test('a session can be closed twice, and answers nothing afterwards', async () => {
      const session = await open(fixtures.manyOutputs.path);
      await session.dispose();
      await session.dispose();
      const names = session.outputs.map((spec) => spec.name);
      await assert.rejects(session.run(fixtures.manyOutputs.inputs, names), isSentence('INTERNAL'));
    });
  });
}

/** Whether a ServingError of that code was thrown, with a message of one line. */
function isSentence(code: string): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof ServingError, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    assert.match(thrown.message, /^\S.*\S$/);
    return true;
  };
}

/** The same bytes where a typed array could be laid over them, where it could not, and in shared memory. */
function placesOf(data: Uint8Array): Record<string, Uint8Array> {
  const odd = new Uint8Array(data.byteLength + 9).subarray(1, 1 + data.byteLength);
  odd.set(data);
  const even = new Uint8Array(data.byteLength + 24).subarray(16, 16 + data.byteLength);
  even.set(data);
  const shared = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  shared.set(data);
  return {
    'within a buffer, aligned': even,
    'within a buffer, not aligned': odd,
    'in shared memory': shared,
  };
}

function namesOf(tensors: readonly Tensor[]): string[] {
  return tensors.map((tensor) => tensor.name);
}

function only<T>(list: readonly T[]): T {
  const [first] = list;
  assert.ok(first !== undefined && list.length === 1);
  return first;
}
