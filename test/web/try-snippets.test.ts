/** Programs that make a request. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype } from '../../web/try/datatype.js';
import { packElements } from '../../web/try/elements.js';
import { zeroElements } from '../../web/try/random-elements.js';
import { type ParameterText, sequenceParameters } from '../../web/try/sequence.js';
import { type SnippetKind, snippetOf } from '../../web/try/snippets.js';
import { decodeAnswer, encodeRequest, type Tensor } from '../../web/try/wire.js';

function tensor(datatype: Datatype, texts: string[], name = 'x'): Tensor {
  return { name, datatype, shape: [texts.length], bytes: packElements(datatype, texts) };
}

function textOf(
  kind: SnippetKind,
  inputs: Tensor[],
  parts: { origin?: string; version?: string; parameters?: readonly ParameterText[] } = {},
): string {
  const { origin = 'http://127.0.0.1:8080', version = null, parameters = [] } = parts;
  return snippetOf(kind, { origin, model: 'a b', version, inputs, parameters }).text;
}

test('curl has all in one command', () => {
  assert.equal(
    textOf('curl', [tensor('BYTES', ["it's"])], { version: '2' }),
    `curl 'http://127.0.0.1:8080/v2/models/a%20b/versions/2/infer' \\\n  -d '{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["it'\\''s"]}]}'`,
  );
});

test('a request of a sequence says so in every language', () => {
  const parameters = sequenceParameters({ id: '18446744073709551615', isStart: true, isEnd: false });
  const inputs = [tensor('BF16', ['1.5'])];
  const json =
    '{"parameters":{"fp16_json":true,"sequence_id":18446744073709551615,"sequence_start":true},"inputs":';
  assert.ok(textOf('curl', inputs, { parameters }).includes(json));
  assert.ok(textOf('typescript', inputs, { parameters }).includes(json));
  assert.ok(
    textOf('python', inputs, { parameters, version: '2' }).includes(
      'model_version="2", sequence_id=18446744073709551615, sequence_start=True)',
    ),
  );
});

test('numbers of 16 bits need a parameter in JSON', () => {
  assert.match(textOf('curl', [tensor('BF16', ['1.5'])]), /"parameters":\{"fp16_json":true\},"inputs"/);
  assert.doesNotMatch(textOf('curl', [tensor('FP32', ['1.5'])]), /fp16_json/);
});

const python: [what: string, input: Tensor, value: string][] = [
  [
    'few numbers',
    tensor('FP32', ['0.1', 'NaN', '-inf', '-0']),
    'np.array([0.1, np.nan, -np.inf, -0.0], dtype=np.float32).reshape([4])',
  ],
  [
    '64 bits',
    tensor('INT64', ['9007199254740993']),
    'np.array([9007199254740993], dtype=np.int64).reshape([1])',
  ],
  ['truth', tensor('BOOL', ['1', '0']), 'np.array([True, False], dtype=np.bool_).reshape([2])'],
  ['texts', tensor('BYTES', ['"a"\n']), 'np.array(["\\"a\\"\\n".encode()], dtype=np.object_).reshape([1])'],
  ['BF16', tensor('BF16', ['1.5']), 'np.array([1.5], dtype=np.float32).reshape([1])'],
];
for (const [what, input, value] of python) {
  test(`Python: ${what}`, () => {
    const text = textOf('python', [input]);
    assert.ok(text.includes(`input_0.set_data_from_numpy(${value})`), text);
  });
}

test('Python: middling tensors stand in the text, large ones in a file', () => {
  const bytes = zeroElements('UINT8', 784);
  const small = snippetOf('python', {
    origin: 'https://models.example',
    model: 'm',
    version: '3',
    inputs: [{ name: 'x', datatype: 'UINT8', shape: [784], bytes }],
    parameters: [],
  });
  assert.match(small.text, /^import base64$/m);
  assert.match(small.text, /np\.frombuffer\(base64\.b64decode\("A+=*"\), np\.uint8\)\.reshape\(\[784\]\)/);
  assert.match(small.text, /InferenceServerClient\("models\.example", ssl=True\)/);
  assert.match(small.text, /client\.infer\("m", \[input_0\], model_version="3"\)/);
  const large = snippetOf('python', {
    origin: 'http://h:1',
    model: 'm',
    version: null,
    inputs: [{ name: 'a/b', datatype: 'BF16', shape: [5000], bytes: zeroElements('BF16', 5000) }],
    parameters: [],
  });
  assert.match(
    large.text,
    /\(np\.fromfile\("a_b\.bin", np\.uint16\)\.astype\(np\.uint32\) << 16\)\.view\(np\.float32\)/,
  );
  assert.deepEqual(large.files, [{ name: 'a_b.bin', bytes: zeroElements('BF16', 5000) }]);
  assert.doesNotMatch(large.text, /import base64/);
});

test('files of several inputs have names of their own', () => {
  const input = (name: string): Tensor => ({
    name,
    datatype: 'FP64',
    shape: [999],
    bytes: zeroElements('FP64', 999),
  });
  const { files } = snippetOf('python', {
    origin: 'http://h',
    model: 'm',
    version: null,
    inputs: [input('a/b'), input('a:b')],
    parameters: [],
  });
  assert.equal(new Set(files.map(({ name }) => name)).size, 2);
});

test('a request is JSON and the bytes behind it', () => {
  const { headLength, body } = encodeRequest([tensor('INT16', ['1', '-1']), tensor('UINT8', ['7'], 'y')]);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(body.subarray(0, headLength))), {
    inputs: [
      { name: 'x', shape: [2], datatype: 'INT16', parameters: { binary_data_size: 4 } },
      { name: 'y', shape: [1], datatype: 'UINT8', parameters: { binary_data_size: 1 } },
    ],
    parameters: { binary_data_output: true },
  });
  assert.deepEqual([...body.subarray(headLength)], [1, 0, 255, 255, 7]);
});

const bad: [what: string, text: string, headLength: number | null][] = [
  ['no JSON', 'oops', null],
  ['no outputs', '{}', null],
  ['an unknown datatype', '{"outputs":[{"name":"y","datatype":"FP8","shape":[1],"data":[1]}]}', null],
  [
    'fewer bytes than it says',
    '{"outputs":[{"name":"y","datatype":"UINT8","shape":[9],"parameters":{"binary_data_size":9}}]}x',
    85,
  ],
];
for (const [what, text, headLength] of bad) {
  test(`an answer with ${what} is none`, () => {
    assert.throws(() => decodeAnswer(new TextEncoder().encode(text), headLength), /problemAnswer/);
  });
}
