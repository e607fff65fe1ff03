import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPage } from '../support/markdown.js';
import { repositoryRoot } from '../support/places.js';
import { conformancePage } from './conformance-page.js';
import { isSuitable } from './python.js';
import { type ClientResults, countOf, neverStarted, readResults } from './results.js';

const sources = join(repositoryRoot, 'test/clients');

test('a results file is read in the order of its plan', () => {
  const file = lines(
    { client: 'curl', versions: { curl: '8.0' }, cases: ['one', 'two'] },
    { name: 'two', outcome: 'skip', reason: 'why not' },
    { name: 'one', outcome: 'pass', reason: '' },
  );
  const { cases } = readResults(file);
  assert.deepEqual(
    cases.map(({ name, outcome }) => [name, outcome]),
    [
      ['one', 'pass'],
      ['two', 'skip'],
    ],
  );
});

test('a case that was planned and has no result has failed', () => {
  const file = lines(
    { client: 'curl', versions: {}, cases: ['one', 'two'] },
    { name: 'one', outcome: 'pass', reason: '' },
  );
  const results = readResults(file);
  assert.equal(countOf([results], 'fail'), 1);
  assert.deepEqual(results.cases[1], {
    name: 'two',
    outcome: 'fail',
    reason: 'the process of the client ended before this case did',
  });
});

test('a client that never started counts as a failure', () => {
  assert.equal(countOf([neverStarted('curl')], 'fail'), 1);
});

const CURL: ClientResults = {
  client: 'curl',
  versions: { curl: '8.0', openssl: '3.0' },
  cases: [
    { name: 'a | b', outcome: 'pass', reason: '' },
    { name: 'at 127.0.0.1', outcome: 'fail', reason: 'port 40123 was closed' },
    { name: 'over there', outcome: 'skip', reason: 'there is\nno road' },
  ],
};

test('the page has the counts, the versions and a row for every case', () => {
  const { text } = readPage(conformancePage('1.2.3', [CURL]));
  for (const line of [
    'furiosa-server 1.2.3: 1 passed, 1 failed, 1 not tried.',
    '| [curl](#curl) | curl 8.0, openssl 3.0 | 1 | 1 | 1 |',
    '| a \\| b | yes |',
    '| at 127.0.0.1 | **no** |',
    '| over there | not tried: there is no road |',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is not in:\n${text}`);
  }
});

test('the page has no reasons of failures, which differ from run to run', () => {
  assert.doesNotMatch(conformancePage('1.2.3', [CURL]), /40123/);
});

test('the links of the page lead to its headings', () => {
  const clients = [
    'KServe InferenceRESTClient',
    'tritonclient.http.aio',
    'gRPC reflection, as grpcurl uses it',
  ];
  const page = readPage(
    conformancePage(
      '1.2.3',
      clients.map((client) => ({ ...CURL, client })),
    ),
  );
  assert.equal(page.links.length, clients.length);
  for (const link of page.links) assert.ok(page.anchors.has(link.slice(1)), `${link} leads nowhere`);
});

for (const [version, expected] of [
  ['3.10.13', false],
  ['3.11.0', true],
  ['3.13.9', true],
  ['3.14.0', false],
  ['2.12.0', false],
  ['', false],
] as const) {
  test(`Python '${version}' is ${expected ? '' : 'not '}one that the clients run on`, () => {
    assert.equal(isSuitable(version), expected);
  });
}

test('docs/conformance.md has every case of test/clients, and no other', () => {
  const inSources = readdirSync(sources)
    .filter((file) => file.endsWith('.py'))
    .flatMap((file) => [...readFileSync(join(sources, file), 'utf8').matchAll(/^ *@case\("(.+)"\)$/gm)])
    .map(([, name = '']) => name);
  const onPage = [...page().matchAll(/^\| (.+) \| (?:yes|\*\*no\*\*|not tried: .+) \|$/gm)].map(
    ([, name = '']) => name,
  );
  assert.deepEqual(
    [...new Set(onPage)].sort(),
    [...new Set(inSources)].sort(),
    'out of date: run npm run test:clients',
  );
});

test('docs/conformance.md is of the clients that test/clients/requirements.txt names', () => {
  const required = readFileSync(join(sources, 'requirements.txt'), 'utf8').matchAll(
    /^([\w-]+)(?:\[.*\])?==(\S+)$/gm,
  );
  const told = [...required].flatMap(([, name = '', version = '']) => {
    const seen = new RegExp(`[ ,]${name} (\\d[\\w.]*)`).exec(page())?.[1];
    return seen === undefined ? [] : [{ name, seen, version }];
  });
  assert.ok(told.some(({ name }) => name === 'tritonclient') && told.some(({ name }) => name === 'kserve'));
  for (const { name, seen, version } of told) {
    assert.equal(seen, version, `${name}: out of date: run npm run test:clients`);
  }
});

function page(): string {
  return readFileSync(join(repositoryRoot, 'docs/conformance.md'), 'utf8');
}

function lines(...objects: readonly unknown[]): string {
  return objects.map((each) => `${JSON.stringify(each)}\n`).join('');
}
