/** What is said of access: the file of its rules, Triton's restrictions, and pages of other origins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOfKey } from '#access/api-key.js';
import { type Bench, problemsOf, settingsOf } from './workbench.js';

const HASH = `sha256:${hashOfKey('a key')}`;

/** A server of one model, with rules or without, and variables. */
function benchOf(rules: string | null, env: Readonly<Record<string, string>> = {}): Bench {
  return {
    files: rules === null ? {} : { 'rules/auth.yaml': rules },
    flags: {
      modelPath: 'm.onnx',
      modelName: 'm',
      ...(rules !== null && { authConfig: 'rules/auth.yaml' }),
    },
    env,
  };
}

const key = (parts: string): string => `keys:\n  - {name: ci, hash: "${HASH}", roles: [runner]${parts}}\n`;
const RUNNER = 'roles:\n  runner:\n    - allow: [inference]\n';

const faults: [title: string, rules: string, ...problems: RegExp[]][] = [
  [
    'a list',
    '- a',
    /^rules\/auth\.yaml:1:1: expected a mapping with keys, jwt, certificates, roles and anonymous/,
  ],
  ['no YAML', 'keys: [', /^rules\/auth\.yaml:\d+:\d+: /],
  ['a key that there is not', `kees: []\n${RUNNER}`, /^rules\/auth\.yaml:1:1: kees: .*keys/],
  [
    'no hash',
    'keys:\n  - name: ci\n    roles: []\n',
    /^rules\/auth\.yaml:2:5: keys\[0\]\.hash: missing key; expected sha256: and 64 hexadecimal digits$/,
  ],
  [
    'a key in place of its hash',
    `keys:\n  - name: ci\n    hash: fsk_secret\n    roles: [runner]\n${RUNNER}`,
    /^rules\/auth\.yaml:3:11: keys\[0\]\.hash: expected sha256: and 64 hexadecimal digits, as 'furiosa keys new' prints them$/,
  ],
  [
    'a role that there is not',
    `${key('')}roles:\n  runer:\n    - allow: [inference]\n`,
    /^rules\/auth\.yaml:2:\d+: keys\[0\]\.roles\[0\]: there is no role "runner"; did you mean "?'?runer/,
  ],
  [
    'a part of the API that there is not',
    `${key('')}roles:\n  runner:\n    - allow: [infer]\n`,
    /^rules\/auth\.yaml:5:15: roles\.runner\[0\]\.allow\[0\]: .*"infer"/,
  ],
  [
    'a day that there is not',
    `${key(', expires: 2027-02-30')}${RUNNER}`,
    /^rules\/auth\.yaml:2:\d+: keys\[0\]\.expires: .*2027-02-30/,
  ],
  [
    'two keys of a name, and a third of the same hash',
    `keys:\n  - {name: a, hash: "${HASH}", roles: []}\n  - {name: a, hash: "sha256:${'0'.repeat(64)}", roles: []}\n  - {name: b, hash: "${HASH}", roles: []}\n`,
    /^rules\/auth\.yaml:3:5: keys\[1\]: there are two keys of the name "a"$/,
    /^rules\/auth\.yaml:4:5: keys\[2\]: the same hash stands at another key$/,
  ],
  [
    'tokens without the keys of their issuer',
    'jwt:\n  issuer: https://a\n  audience: b\n',
    /^rules\/auth\.yaml:2:3: jwt: expected one of jwks_url and jwks_file$/,
  ],
  [
    'a secret that both sides sign with',
    'jwt:\n  issuer: https://a\n  audience: b\n  jwks_url: https://a/keys\n  algorithms: [HS256]\n',
    /^rules\/auth\.yaml:5:16: jwt\.algorithms\[0\]: .*"HS256"/,
  ],
  [
    'a file of keys that is none',
    'jwt:\n  issuer: https://a\n  audience: b\n  jwks_file: auth.yaml\n',
    /^rules\/auth\.yaml:4:14: jwt\.jwks_file: auth\.yaml is not a JSON Web Key Set: expected \{"keys": \[\.\.\.\]\}$/,
  ],
];

for (const [title, rules, ...expected] of faults)
  test(`${title} is told with its place`, () => {
    const problems = problemsOf(benchOf(rules));
    assert.equal(problems.length, expected.length, problems.join('\n'));
    for (const [at, pattern] of expected.entries()) assert.match(problems[at] ?? '', pattern);
    assert.ok(!problems.join('\n').includes('fsk_secret'), 'what was found may be a key');
  });

test('a file of rules that is missing is told by its name', () => {
  const bench = benchOf(null);
  assert.match(
    problemsOf({ ...bench, flags: { ...bench.flags, authConfig: 'none.yaml' } }).join('\n'),
    /none\.yaml.*there is no such file/,
  );
});

test('rules that are right are what they say', () => {
  const { policy } = settingsOf(benchOf(`${key(', expires: 2027-01-31')}${RUNNER}`)).access;
  assert.deepEqual(policy?.keys, [
    { name: 'ci', sha256: hashOfKey('a key'), roles: ['runner'], expiresAtMs: Date.UTC(2027, 0, 31) },
  ]);
  assert.deepEqual(policy?.roles, { runner: [{ allow: ['inference'], models: ['*'] }] });
});

const RESTRICTED = 'FURIOSA_SERVER_HTTP_RESTRICTED_API';

const restrictions: [written: string, ...found: [categories: string[], header: string, value: string][]][] = [
  ['health:X-A=b', [['health'], 'X-A', 'b']],
  ['model-repository,logging:X-Admin=secret', [['model-repository', 'logging'], 'X-Admin', 'secret']],
  ['health:a=b,metadata,inference:c=d', [['health'], 'a', 'b'], [['metadata', 'inference'], 'c', 'd']],
  ['trace:a=b=c:d', [['trace'], 'a', 'b=c:d']],
  [' trace , logging:a=b', [['trace', 'logging'], 'a', 'b']],
];

for (const [written, ...found] of restrictions)
  test(`the restriction '${written}' is understood`, () => {
    const expected = found.map(([categories, header, value]) => ({ categories, header, value }));
    assert.deepEqual(settingsOf(benchOf(null, { [RESTRICTED]: written })).access.http, expected);
    const grpc = benchOf(null, { FURIOSA_SERVER_GRPC_RESTRICTED_PROTOCOL: written });
    assert.deepEqual(settingsOf(grpc).access.grpc, expected);
  });

const badRestrictions: [written: string, fault: RegExp][] = [
  ['health', /expected API names, a header and its value, such as model-repository,logging:X-Admin=secret$/],
  ['health:X-A', /expected API names, a header and its value/],
  ['health:X-A=', /expected API names, a header and its value/],
  ['healthy:X-A=my-secret', /the APIs are health, metadata, inference,/],
  ['health:X A=my-secret', /the header has no valid name$/],
  ['health:X-A=my-secret,health:X-B=my-secret', /an API is restricted twice; expected each of them once$/],
];

for (const [written, fault] of badRestrictions)
  test(`the restriction '${written}' is refused, and its secret is not told`, () => {
    const problems = problemsOf(benchOf(null, { [RESTRICTED]: written }));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', fault);
    assert.ok(problems[0]?.includes(RESTRICTED), problems[0]);
    assert.ok(!problems[0]?.includes('my-secret'), problems[0]);
  });

const CORS = 'FURIOSA_SERVER_CORS_ALLOW_ORIGIN';

test('origins stand with commas between', () => {
  const origins = (text: string) => settingsOf(benchOf(null, { [CORS]: text })).rest.corsOrigins;
  assert.deepEqual(origins('https://app.example, http://localhost:3000'), [
    'https://app.example',
    'http://localhost:3000',
  ]);
  assert.deepEqual(origins('*'), ['*']);
});

const badOrigins: [written: string, hint: RegExp][] = [
  ['https://app.example/', /found "https:\/\/app\.example\/"; did you mean "https:\/\/app\.example"\?$/],
  ['https://App.example/page', /did you mean "https:\/\/app\.example"\?$/],
  ['app.example', /expected origins such as https:\/\/app\.example, or \*, found "app\.example"$/],
  ['https://app.example,', /found ""$/],
  ['https://*.example', /found "https:\/\/\*\.example"/],
];

for (const [written, hint] of badOrigins)
  test(`the origin '${written}' is refused`, () => {
    const problems = problemsOf(benchOf(null, { [CORS]: written }));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', hint);
  });
