import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CacheOptions } from '#cache/options.js';
import { type Bench, problemsOf, settingsOf } from './workbench.js';

const USUAL = 64 * 1024 * 1024;
const redis = { host: 'h', port: 6379, username: null, password: null, db: 0, tls: false };

/** A server with a model, cached or not, a server file, and an option. */
function benchOf(model: string, file: string, option: string | readonly string[] | undefined): Bench {
  const text = `model_config_list:\n- {name: m, model: m.onnx${model}}\n`;
  return {
    files: { 'm.yaml': text, 's.yaml': file },
    flags: { modelConfig: 'm.yaml', serverConfig: 's.yaml', cacheConfig: option },
  };
}

const CACHED = ', response_cache: {enable: true}';

const caches: [file: string, option: string | readonly string[] | undefined, cache: CacheOptions][] = [
  ['response_cache: {local: {size_bytes: 5}}', undefined, { localBytes: 5, redis: null }],
  ['response_cache: {redis: {host: h}}', undefined, { localBytes: 0, redis }],
  [
    'response_cache: {redis: {host: h, port: 1, username: u, password: p, db: 2, tls: true}}',
    undefined,
    { localBytes: 0, redis: { host: 'h', port: 1, username: 'u', password: 'p', db: 2, tls: true } },
  ],
  ['', 'local,size=1048576', { localBytes: 1048576, redis: null }],
  ['', 'local,size-bytes=7', { localBytes: 7, redis: null }],
  [
    '',
    'redis,host=h,port=1,user=u,password=a=b,db=2,tls_enabled=true',
    { localBytes: 0, redis: { host: 'h', port: 1, username: 'u', password: 'a=b', db: 2, tls: true } },
  ],
  ['', ['redis,host=x', 'local,size=9', 'redis,host=h,db=3'], { localBytes: 9, redis: { ...redis, db: 3 } }],
  // Key by key.
  [
    'response_cache: {local: {size_bytes: 5}, redis: {password: p, db: 1}}',
    'redis,host=h,db=2',
    { localBytes: 5, redis: { ...redis, password: 'p', db: 2 } },
  ],
];

for (const [file, option, cache] of caches) {
  test(`--cache-config ${option} over "${file}" keeps answers in ${JSON.stringify(cache)}`, () =>
    assert.deepEqual(settingsOf(benchOf('', file, option)).cache, cache));
}

test('answers are kept in 64 MiB where a model wants it and nobody says more', () => {
  assert.equal(settingsOf(benchOf('', '', undefined)).cache, null);
  assert.equal(settingsOf(benchOf(', response_cache: {enable: false}', '', undefined)).cache, null);
  for (const file of ['', 'response_cache: {}', 'response_cache: {local: {}}']) {
    const { cache, models } = settingsOf(benchOf(CACHED, file, undefined));
    assert.deepEqual(cache, { localBytes: USUAL, redis: null });
    assert.equal(models[0]?.isCached, true);
  }
  assert.equal(settingsOf(benchOf(CACHED, '', 'redis,host=h')).cache?.localBytes, 0);
});

const EXPECTED = 'expected local,size=BYTES or redis,host=HOST,port=PORT';
const COMMA = 'a comma in the password, or behind it; one with commas is said in the server file';

const faults: [option: string, expected: string][] = [
  ['', `--cache-config: ${EXPECTED}, found ""`],
  ['size=1', `--cache-config: ${EXPECTED}, found "size=1"`],
  ['memcached,size=1', `--cache-config: ${EXPECTED}, found "memcached"`],
  ['local,big', `--cache-config: ${EXPECTED}, found "big"`],
  ['local,=1', `--cache-config: ${EXPECTED}, found "=1"`],
  ['local,size=0', '--cache-config.local.size_bytes: expected an integer from 1 to 1099511627776, found 0'],
  ['local,sizes=1', '--cache-config.local.sizes: unknown key. Allowed: size_bytes'],
  ['local,constructor=1', '--cache-config.local.constructor: unknown key. Allowed: size_bytes'],
  ['redis,port=6379', '--cache-config.redis: missing host; expected the name or address of the Redis server'],
  ['redis,host=h,port=0', '--cache-config.redis.port: expected an integer from 1 to 65535, found 0'],
  ['redis,host=h,password=', '--cache-config.redis.password: expected text, found an empty one'],
  ['redis,host=h,password=s3cr3t,s3cr3t', `--cache-config: ${EXPECTED}, found ${COMMA}`],
  ['redis,host=h,password=s3cr3t,s3cr3t=1', `--cache-config: ${EXPECTED}, found ${COMMA}`],
  ['redis,host=h,passwords3cr3t', `--cache-config: ${EXPECTED}, found a password without "="`],
];

for (const [option, expected] of faults) {
  test(`--cache-config ${option} is refused, and shows no password`, () => {
    const problems = problemsOf(benchOf('', '', option));
    assert.deepEqual(problems, [expected]);
    assert.doesNotMatch(problems.join(), /s3cr3t/);
  });
}

test('a server file with a Redis without a host is refused', () => {
  assert.deepEqual(problemsOf(benchOf('', 'response_cache: {redis: {password: s3cr3t}}', undefined)), [
    's.yaml:1:25: response_cache.redis: missing host; expected the name or address of the Redis server',
  ]);
});

test('the variable says what the option says', () => {
  const bench = benchOf('', '', undefined);
  const env = { FURIOSA_SERVER_CACHE_CONFIG: 'local,size=3' };
  assert.deepEqual(settingsOf({ ...bench, env }).cache, { localBytes: 3, redis: null });
});
