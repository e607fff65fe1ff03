import type { Datatype } from './datatype.js';
import { dataJson, elementJson } from './element-text.js';
import { countOf, readerOf } from './elements.js';
import { type ParameterText, parametersJson } from './sequence.js';
import type { Tensor } from './wire.js';

export const SNIPPETS = ['curl', 'python', 'typescript'] as const;
export type SnippetKind = (typeof SNIPPETS)[number];

/** A program that makes one request, and the files that it reads. */
export interface Snippet {
  readonly text: string;
  readonly files: readonly SnippetFile[];
}

export interface SnippetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a snippet asks. */
export interface SnippetRequest {
  /** `http://127.0.0.1:8080` */
  readonly origin: string;
  readonly model: string;
  readonly version: string | null;
  readonly inputs: readonly Tensor[];
  readonly parameters: readonly ParameterText[];
}

/** Longer JSON than this stands in a file. */
const INLINE_JSON = 3000;
/** More elements than these are not written one by one. */
const INLINE_ELEMENTS = 64;
/** More bytes than these stand in a file, fewer in base64. */
const INLINE_BYTES = 4096;

export function snippetOf(kind: SnippetKind, request: SnippetRequest): Snippet {
  switch (kind) {
    case 'curl':
      return curlSnippet(request);
    case 'python':
      return pythonSnippet(request);
    case 'typescript':
      return typescriptSnippet(request);
  }
}

/** The request as JSON alone, with the same elements. */
export function requestJson(inputs: readonly Tensor[], parameters: readonly ParameterText[]): string {
  const written = inputs.map(
    (tensor) =>
      `{"name":${JSON.stringify(tensor.name)},"shape":${JSON.stringify(tensor.shape)},"datatype":"${tensor.datatype}","data":${dataJson(tensor)}}`,
  );
  const isShort = inputs.some(({ datatype }) => datatype === 'FP16' || datatype === 'BF16');
  const all = isShort ? [['fp16_json', 'true'] as const, ...parameters] : parameters;
  const told = all.length === 0 ? '' : `"parameters":${parametersJson(all)},`;
  return `{${told}"inputs":[${written.join(',')}]}`;
}

function curlSnippet(request: SnippetRequest): Snippet {
  const json = requestJson(request.inputs, request.parameters);
  const address = shellQuoted(`${request.origin}${inferPath(request)}`);
  if (json.length <= INLINE_JSON) return { text: `curl ${address} \\\n  -d ${shellQuoted(json)}`, files: [] };
  const file = { name: 'request.json', bytes: new TextEncoder().encode(json) };
  return { text: `curl ${address} \\\n  -d @${file.name}`, files: [file] };
}

function typescriptSnippet(request: SnippetRequest): Snippet {
  const json = requestJson(request.inputs, request.parameters);
  const isInline = json.length <= INLINE_JSON;
  const files = isInline ? [] : [{ name: 'request.json', bytes: new TextEncoder().encode(json) }];
  const lines = [
    ...(isInline ? [] : ["import { readFile } from 'node:fs/promises';", '']),
    `const response = await fetch(${scriptQuoted(`${request.origin}${inferPath(request)}`)}, {`,
    "  method: 'POST',",
    "  headers: { 'content-type': 'application/json' },",
    // As text: numbers of 64 bits keep their digits, which JSON.stringify does not know.
    `  body: ${isInline ? scriptQuoted(json) : "await readFile('request.json')"},`,
    '});',
    'if (!response.ok) throw new Error(await response.text());',
    'interface Output { name: string; datatype: string; shape: number[]; data: (number | boolean | string | null)[] }',
    'const { outputs } = (await response.json()) as { outputs: Output[] };',
    'for (const { name, shape, data } of outputs) console.log(name, shape, data);',
  ];
  return { text: lines.join('\n'), files };
}

/** As tritonclient has them: a BF16 tensor is given as FP32, which holds all its values. */
const NUMPY: Readonly<Record<Datatype, string>> = {
  BOOL: 'np.bool_',
  UINT8: 'np.uint8',
  UINT16: 'np.uint16',
  UINT32: 'np.uint32',
  UINT64: 'np.uint64',
  INT8: 'np.int8',
  INT16: 'np.int16',
  INT32: 'np.int32',
  INT64: 'np.int64',
  FP16: 'np.float16',
  BF16: 'np.float32',
  FP32: 'np.float32',
  FP64: 'np.float64',
  BYTES: 'np.object_',
};

function pythonSnippet(request: SnippetRequest): Snippet {
  const values = request.inputs.map((tensor, index) => pythonValue(tensor, fileName(tensor.name, index)));
  const usesBase64 = values.some(({ text }) => text.includes('base64.'));
  const version = request.version === null ? '' : `, model_version=${pythonQuoted(request.version)}`;
  const inputs = request.inputs.flatMap((tensor, index) => [
    `input_${index} = http.InferInput(${pythonQuoted(tensor.name)}, ${JSON.stringify(tensor.shape)}, "${tensor.datatype}")`,
    `input_${index}.set_data_from_numpy(${values[index]?.text ?? ''})`,
  ]);
  const names = request.inputs.map((_, index) => `input_${index}`).join(', ');
  const lines = [
    '# pip install "tritonclient[http]"',
    ...(usesBase64 ? ['import base64', ''] : []),
    'import numpy as np',
    'import tritonclient.http as http',
    '',
    ...clientLines(request.origin),
    ...inputs,
    `result = client.infer(${pythonQuoted(request.model)}, [${names}]${version}${pythonParameters(request.parameters)})`,
    'for output in result.get_response()["outputs"]:',
    '    print(output["name"], result.as_numpy(output["name"]))',
  ];
  return { text: lines.join('\n'), files: values.flatMap(({ files }) => files) };
}

/** tritonclient has arguments of these names. */
function pythonParameters(parameters: readonly ParameterText[]): string {
  return parameters.map(([name, json]) => `, ${name}=${json === 'true' ? 'True' : json}`).join('');
}

function clientLines(origin: string): readonly string[] {
  const { host, protocol } = new URL(origin);
  const isSecure = protocol === 'https:' ? ', ssl=True' : '';
  return [`client = http.InferenceServerClient(${pythonQuoted(host)}${isSecure})`];
}

function pythonValue(tensor: Tensor, file: string): Snippet {
  const { datatype, shape, bytes } = tensor;
  const reshape = `.reshape(${JSON.stringify(shape)})`;
  if (datatype === 'BYTES' || countOf(datatype, bytes) <= INLINE_ELEMENTS) {
    return { text: `np.array(${pythonList(tensor)}, dtype=${NUMPY[datatype]})${reshape}`, files: [] };
  }
  // BF16 has no array of its own in NumPy: its bits are the upper half of FP32's.
  const type = datatype === 'BF16' ? 'np.uint16' : NUMPY[datatype];
  const isInline = bytes.length <= INLINE_BYTES;
  const read = isInline
    ? `np.frombuffer(base64.b64decode("${base64Of(bytes)}"), ${type})`
    : `np.fromfile(${pythonQuoted(file)}, ${type})`;
  const widened = datatype === 'BF16' ? `(${read}.astype(np.uint32) << 16).view(np.float32)` : read;
  return { text: `${widened}${reshape}`, files: isInline ? [] : [{ name: file, bytes }] };
}

function pythonList({ datatype, bytes }: Tensor): string {
  const read = readerOf(datatype, bytes);
  const elements = Array.from({ length: countOf(datatype, bytes) }, (_, index) => {
    const element = read(index);
    if (typeof element === 'string') return `${pythonQuoted(element)}.encode()`;
    if (typeof element === 'boolean') return element ? 'True' : 'False';
    return pythonNumber(datatype, element);
  });
  return `[${elements.join(', ')}]`;
}

function pythonNumber(datatype: Datatype, element: number | bigint): string {
  if (typeof element === 'number' && !Number.isFinite(element)) {
    return Number.isNaN(element) ? 'np.nan' : element > 0 ? 'np.inf' : '-np.inf';
  }
  // An integer -0 is 0 in Python.
  return Object.is(element, -0) ? '-0.0' : elementJson(datatype, element);
}

function inferPath({ model, version }: SnippetRequest): string {
  const at = version === null ? '' : `/versions/${encodeURIComponent(version)}`;
  return `/v2/models/${encodeURIComponent(model)}${at}/infer`;
}

/** Names of inputs may have what names of files may not. The number keeps those apart that are the same then. */
function fileName(input: string, index: number): string {
  const word = input.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  return index === 0 ? `${word}.bin` : `${word}-${index + 1}.bin`;
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** One word of a POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A JSON string is a Python string, too, if it has no half of a pair of surrogates. */
function pythonQuoted(text: string): string {
  return JSON.stringify(text);
}

function scriptQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
