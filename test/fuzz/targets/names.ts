import assert from 'node:assert/strict';
import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { parse } from '#cli/parse.js';
import { FURIOSA } from '#cli/program.js';
import { formatItem, parseSelector } from '#device/selector.js';
import { checkUploadNames } from '#repository/upload-names.js';
import { fileNameOf as sharedFileOf } from '#shared-memory/region-key.js';
import { checkKeys } from '#store/keys.js';
import { fileNameOf, isStoreUrl, keyBelow, nameOfRoot, parseStoreUrl } from '#store/store-url.js';
import { type FuzzTarget, textOf, textSeeds, utf8 } from '../target.js';

export const deviceSelector: FuzzTarget = {
  name: 'device-selector',
  about: 'A device selector. Its canonical text means the same items',
  seeds: textSeeds(
    'npu:0:0,npu:0:1',
    'npu0pe0-1',
    'warboy(2)*1',
    'warboy*2',
    'cpu',
    'cpu(4)*2',
    'cuda:0',
    'npu:255',
    'npu:0:0-3,npu:1',
  ),
  words: [
    'npu',
    ':',
    'pe',
    '-',
    ',',
    'warboy',
    '(2)',
    '*1',
    'cpu',
    'cuda:0',
    '255',
    '256',
    'rngd',
    ' ',
    'NPU',
  ],
  made: fc
    .array(
      fc.tuple(
        fc.constantFrom('npu:#', 'npu:#:#', 'npu:#:#-#', 'npu#pe#', 'warboy(#)*#', 'cpu(#)*#', 'cuda:#'),
        fc.array(fc.nat(300), { minLength: 3, maxLength: 3 }),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((items) =>
      utf8(
        items
          .map(([form, numbers]) =>
            numbers.reduce<string>((text, number) => text.replace('#', String(number % 9)), form),
          )
          .join(','),
      ),
    ),
  maxBytes: 400,
  run: (input) => {
    const items = parseSelector(textOf(input));
    const canonical = items.map(formatItem).join(',');
    assert.deepEqual(parseSelector(canonical), items);
    return [...new Set(items.map(({ kind }) => kind))].join();
  },
};

export const storeUrl: FuzzTarget = {
  name: 'store-url',
  about:
    'The URL of a model (https, s3, gs, hf). What may be shown of it never has its password or its query; what it calls a file has no slash',
  seeds: textSeeds(
    'https://user:pa%24s@host:8000/a/b%20c.onnx?sig=secret#f',
    's3://bucket/a/b',
    's3://https://localhost:9000/bucket/a',
    'gs://bucket/a/',
    'hf://org/model@refs/pr/1/onnx/model.onnx',
    'hf://org/model@a%2Fb/x',
  ),
  words: [
    'https://',
    's3://',
    'gs://',
    'hf://',
    '@',
    ':',
    '/',
    '//',
    '..',
    '%2F',
    '%00',
    '%',
    '?',
    '#',
    'refs/pr/',
    '\u0000',
    '[::1]',
  ],
  maxBytes: 400,
  run: (input) => {
    const text = textOf(input);
    const url = parseStoreUrl(text);
    assert.ok(isStoreUrl(text));
    assert.ok(nameOfRoot(url.root) !== '');
    assert.ok(!url.path.startsWith('/') && !url.path.endsWith('/'), `the path ${JSON.stringify(url.path)}`);
    if (url.root.scheme === 'https') {
      assert.ok(!/[?@#]/.test(new URL(url.shown).host) && new URL(url.shown).search === '', url.shown);
      assert.equal(new URL(url.shown).password, '');
    }
    keyBelow(url, 'a/b');
    fileNameOf(url);
    return `${url.root.scheme} ${url.path === '' ? 'root' : 'path'}`;
  },
};

/** An input is names with line feeds between them. */
export const fileNames: FuzzTarget = {
  name: 'file-names',
  about:
    'Names that become files: the keys of a store, uploaded files, shared memory. Whatever is accepted stays in its folder',
  seeds: textSeeds('a/b\nc', '1/model.onnx\n1/config/labels.txt', '/input_data', 'input', 'a\na/b', '../x'),
  words: ['/', '..', '.', '\u0000', '\\', '\n', '1/', '//', '%2e', 'triton_python_backend_shm_region_', 'é'],
  maxBytes: 600,
  run: (input) => {
    const names = textOf(input).split('\n');
    const took = [
      tookAll(() => checkKeys(names, 'a store'), names),
      tookAll(() => checkUploadNames(names), names),
      tookAll(() => void sharedFileOf(names[0] ?? '', 'region'), [names[0]?.replace(/^\//, '') ?? '']),
    ];
    return took.join();
  },
};

function tookAll(check: () => void, names: readonly string[]): string {
  try {
    check();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ServingError') return 'refused';
    throw thrown;
  }
  for (const name of names) {
    const path = normalize(join('/root/folder', name));
    assert.ok(
      path.startsWith('/root/folder/') && !name.includes('\0'),
      `${JSON.stringify(name)} leads to ${path}`,
    );
  }
  return 'taken';
}

/** An input is the words of a command line with line feeds between them. */
export const commandLine: FuzzTarget = {
  name: 'command-line',
  about: 'The words after `furiosa`. Understood, or one sentence',
  seeds: textSeeds(
    'server\n--model-path\nx.onnx\n--model-name=m',
    'models\nload\nm\n--url=http://localhost',
    '--version',
    'device\ninfo',
    'server\n--http-port\n8080\n--\n--x',
    'completion\nbash',
  ),
  words: [
    'server',
    'models',
    'load',
    'list',
    'top',
    '\n',
    '--',
    '--help',
    '=',
    '--http-port',
    '--no-',
    '-h',
    '--model-config',
    'true',
    '65536',
    '--log-level=DEBUG',
  ],
  maxBytes: 400,
  cost: 4,
  run: (input) => {
    const { path, helpAsked, values } = parse(textOf(input).split('\n'), FURIOSA);
    return `${path} ${helpAsked} ${Object.keys(values).length > 0}`;
  },
};
