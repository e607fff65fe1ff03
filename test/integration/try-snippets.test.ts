/** What the dashboard sends and shows as programs, asked of a real server. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import ts from 'typescript';
import type { Datatype } from '../../web/try/datatype.js';
import { dataJson } from '../../web/try/element-text.js';
import { packElements } from '../../web/try/elements.js';
import { randomElements } from '../../web/try/random-elements.js';
import { type Snippet, snippetOf } from '../../web/try/snippets.js';
import { decodeAnswer, encodeRequest, type Tensor, type WireAnswer } from '../../web/try/wire.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';

const run = promisify(execFile);

/** What an eye, a shell and a parser could stumble over, in every datatype. */
const CASES: readonly [Datatype, texts: string[]][] = [
  ['BOOL', ['true', 'false']],
  ['UINT8', ['0', '255']],
  ['INT8', ['-128', '127']],
  ['UINT16', ['65535']],
  ['INT16', ['-32768']],
  ['UINT32', ['4294967295']],
  ['INT32', ['-2147483648']],
  ['UINT64', ['18446744073709551615', '9007199254740993']],
  ['INT64', ['-9223372036854775808', '9007199254740993']],
  ['FP16', ['0.1', '65504', '-0']],
  ['FP32', ['0.1', '3.4028235e38', '1e-45', '-0', '7']],
  ['FP64', ['0.1', '5e-324']],
  ['BYTES', ["it's", 'a "b" \\ $HOME `x`', '한국어 🙂', '', 'two\nlines']],
];

const folder = modelDirectory(after);

describe('what is tried in the dashboard', () => {
  const end = atEnd(after);
  let server: TestServer;
  let scratch: string;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'furiosa-try-'));
    end(() => rm(scratch, { recursive: true, force: true }));
    server = await serve(
      end,
      settingsOf(
        CASES.map(([name]) =>
          offerOf({ name, path: writeModel(folder, `${name}.onnx`, identityModel(name)) }),
        ),
      ),
    );
  });

  const tensorOf = (datatype: Datatype, bytes: Uint8Array, count: number): Tensor => ({
    name: 'input',
    datatype,
    shape: [count],
    bytes,
  });

  const ask = async (input: Tensor): Promise<WireAnswer> => {
    const { headLength, body } = encodeRequest([input]);
    const response = await fetch(`http://127.0.0.1:${server.port}/v2/models/${input.datatype}/infer`, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': String(headLength) },
      body,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    assert.equal(response.status, 200, new TextDecoder().decode(bytes));
    const head = response.headers.get('inference-header-content-length');
    return decodeAnswer(bytes, head === null ? null : Number(head));
  };

  /** The same tensor as a program asks for it. */
  const snippetFor = async (kind: 'curl' | 'typescript', input: Tensor): Promise<Snippet> => {
    const origin = `http://127.0.0.1:${server.port}`;
    const snippet = snippetOf(kind, {
      origin,
      model: input.datatype,
      version: '1',
      inputs: [input],
      parameters: [],
    });
    for (const { name, bytes } of snippet.files) await writeFile(join(scratch, name), bytes);
    return snippet;
  };

  const curl = async (input: Tensor): Promise<string> => {
    const { text } = await snippetFor('curl', input);
    return (
      await run('sh', ['-c', text.replace(/^curl /, 'curl -sS ')], { cwd: scratch, maxBuffer: 1 << 24 })
    ).stdout;
  };

  for (const [datatype, texts] of CASES) {
    const input = tensorOf(datatype, packElements(datatype, texts), texts.length);

    test(`${datatype} goes there and back, byte for byte`, async () => {
      const { model, version, outputs } = await ask(input);
      assert.deepEqual([model, version], [datatype, '1']);
      assert.deepEqual(outputs, [{ ...input, name: 'output' }]);
    });

    test(`${datatype}: curl and a shell ask the same`, async () => {
      const text = await curl(input);
      const { shape, data } = JSON.parse(text).outputs[0];
      assert.deepEqual(shape, input.shape);
      // JSON.parse loses digits of 64-bit integers; the text has them.
      if (/^U?INT64$/.test(datatype)) assert.ok(text.includes(`"data":${dataJson(input)}`), text);
      else if (datatype === 'FP16') assert.deepEqual(data, [0.1, 65504, -0]);
      else assert.deepEqual(data, JSON.parse(dataJson(input)));
    });
  }

  test('a large tensor is in a file, for curl and for TypeScript', async () => {
    const input = tensorOf('FP32', randomElements('FP32', 3000), 3000);
    assert.equal((await snippetFor('curl', input)).files[0]?.name, 'request.json');
    assert.deepEqual(JSON.parse(await curl(input)).outputs[0].data, JSON.parse(dataJson(input)));
    assert.match(await typescript(input), /^output \[ 3000 \] \[\n/);
  });

  test('TypeScript prints what came', async () => {
    const input = tensorOf('BYTES', packElements('BYTES', ["it's \\ 한", 'two\nlines']), 2);
    assert.equal(await typescript(input), `output [ 2 ] [ "it's \\\\ 한", 'two\\nlines' ]\n`);
  });

  const typescript = async (input: Tensor): Promise<string> => {
    const { text } = await snippetFor('typescript', input);
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const file = join(scratch, 'snippet.mjs');
    await writeFile(file, outputText);
    return (await run(process.execPath, [file], { cwd: scratch, maxBuffer: 1 << 24 })).stdout;
  };
});
