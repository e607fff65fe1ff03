import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileNameOf, isStoreUrl, keyBelow, parseStoreUrl, type StoreRoot } from './store-url.js';

const https: Omit<Extract<StoreRoot, { scheme: 'https' }>, 'origin'> = {
  scheme: 'https',
  query: '',
  credentials: null,
};

const urls: [url: string, root: StoreRoot, path: string, shown: string][] = [
  [
    's3://models/a/b.onnx',
    { scheme: 's3', endpoint: null, bucket: 'models' },
    'a/b.onnx',
    's3://models/a/b.onnx',
  ],
  ['s3://models', { scheme: 's3', endpoint: null, bucket: 'models' }, '', 's3://models'],
  [
    's3://models/a b%20c/',
    { scheme: 's3', endpoint: null, bucket: 'models' },
    'a b%20c',
    's3://models/a b%20c',
  ],
  [
    's3://https://minio:9000/models/a',
    { scheme: 's3', endpoint: 'https://minio:9000', bucket: 'models' },
    'a',
    's3://https://minio:9000/models/a',
  ],
  [
    's3://http://127.0.0.1:80/models/a',
    { scheme: 's3', endpoint: 'http://127.0.0.1:80', bucket: 'models' },
    'a',
    's3://http://127.0.0.1:80/models/a',
  ],
  ['gs://models/a//', { scheme: 'gs', bucket: 'models' }, 'a', 'gs://models/a'],
  ['GS://models/a', { scheme: 'gs', bucket: 'models' }, 'a', 'gs://models/a'],
  [
    'hf://org/m/onnx/x.onnx',
    { scheme: 'hf', repo: 'org/m', revision: 'main' },
    'onnx/x.onnx',
    'hf://org/m/onnx/x.onnx',
  ],
  ['hf://org/m', { scheme: 'hf', repo: 'org/m', revision: 'main' }, '', 'hf://org/m'],
  ['hf://org/m@v1.0/x', { scheme: 'hf', repo: 'org/m', revision: 'v1.0' }, 'x', 'hf://org/m@v1.0/x'],
  [
    'hf://org/m@refs/pr/1/x',
    { scheme: 'hf', repo: 'org/m', revision: 'refs/pr/1' },
    'x',
    'hf://org/m@refs/pr/1/x',
  ],
  ['hf://org/m@a%2Fb/x', { scheme: 'hf', repo: 'org/m', revision: 'a/b' }, 'x', 'hf://org/m@a%2Fb/x'],
  ['https://h/a%20b', { ...https, origin: 'https://h' }, 'a%20b', 'https://h/a%20b'],
  [
    'https://me:p%40ss@h:8/a?sig=secret#part',
    { scheme: 'https', origin: 'https://h:8', query: '?sig=secret', credentials: 'me:p@ss' },
    'a',
    'https://h:8/a',
  ],
];

for (const [url, root, path, shown] of urls) {
  test(`${url} is understood`, () => {
    assert.deepEqual(parseStoreUrl(url), { root, path, shown });
    assert.ok(isStoreUrl(url));
  });
}

const refused: [url: string, reason: RegExp][] = [
  ['ftp://h/a', /^'ftp:\/\/h\/a' is not the URL of a model: models come from https:\/\/, /],
  ['models/a.onnx', /is not the URL of a model/],
  ['https://', /expected https:\/\/host\/path/],
  ['s3://', /expected s3:\/\/bucket\/path/],
  ['s3:///a', /expected s3:\/\/bucket\/path/],
  ['s3://https://minio:9000', /or s3:\/\/https:\/\/host:port\/bucket\/path for a server other than AWS/],
  ['s3://https://key:secret@minio/b/a', /^(?!.*secret).*expected s3/],
  ['s3://bucket/a\0b', /it has a NUL character/],
  ['gs://a b/c', /expected gs:\/\/bucket\/path/],
  ['hf://org', /expected hf:\/\/organization\/model/],
  ['hf://datasets/org/a', /only models can be read/],
  ['https://me:secret@/', /^(?!.*secret).*expected https/],
];

for (const [url, reason] of refused) {
  test(`${JSON.stringify(url)} is refused`, () => {
    assert.throws(() => parseStoreUrl(url), { code: 'INVALID_ARGUMENT', message: reason });
  });
}

const paths = ['models/a.onnx', '/models/a.onnx', 'C:\\models', 'as://account/container', 'file:///a'];
for (const path of paths) test(`${path} is no URL of a store`, () => assert.equal(isStoreUrl(path), false));

test('keys below a web address are written as URLs have them, others as they are', () => {
  assert.equal(keyBelow(parseStoreUrl('https://h/r'), '1/a b?.onnx'), 'r/1/a%20b%3F.onnx');
  assert.equal(keyBelow(parseStoreUrl('s3://b/r'), '1/a b?.onnx'), 'r/1/a b?.onnx');
  assert.equal(keyBelow(parseStoreUrl('s3://b'), '1/a'), '1/a');
});

test('a file is called what its URL ends with', () => {
  assert.equal(fileNameOf(parseStoreUrl('https://h/r/a%20b.onnx?x=1')), 'a b.onnx');
  assert.equal(fileNameOf(parseStoreUrl('s3://b/r/a%20b.onnx')), 'a%20b.onnx');
  assert.equal(fileNameOf(parseStoreUrl('https://h/r/%zz')), '%zz');
});
