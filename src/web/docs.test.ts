import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { systemClock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import type { Answer } from '#protocol/exchange.js';
import { docsRoutes, type FindFile } from './docs.js';
import { PAGE, PAGE_SCRIPT } from './page.js';

/** Asks for `/docs`, or for a file there. */
async function ask(
  file: string | null,
  headers: Record<string, string> = {},
  find?: FindFile,
): Promise<Answer> {
  const path = file === null ? '/docs' : '/docs/:file';
  const route = docsRoutes(find).find((each) => each.path === path);
  assert.ok(route);
  const call = { signal: new AbortController().signal, deadline: null, receivedAt: systemClock.now() };
  const params = file === null ? {} : { file };
  return await route.handle({ params, header: (name) => headers[name], body: new Uint8Array(0), call });
}

const textOf = ({ body }: Answer): string =>
  Buffer.concat(body instanceof Uint8Array ? [body] : body).toString();

test('the page loads nothing but what is served beside it', async () => {
  const { status, headers, body } = await ask(null);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  const text = textOf({ status, headers, body });
  const loaded = [...text.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address = '']) => address);
  const files = loaded.filter((address) => address !== '/openapi.json');
  assert.equal(files.length, 4);
  for (const address of files) {
    const answer = await ask(address.replace(/^\/docs\//, ''));
    assert.equal(answer.status, 200, address);
    assert.match(
      answer.headers['content-type'] ?? '',
      address.endsWith('.js') ? /^text\/javascript/ : /^text\/css/,
    );
  }
});

test('page and script name no other host, and no validator', () => {
  const named = `${PAGE}${PAGE_SCRIPT}`.replaceAll('http://www.w3.org/2000/svg', '');
  assert.doesNotMatch(named, /https?:|\/\//);
  assert.match(PAGE_SCRIPT, /validatorUrl: null/);
});

for (const file of [null, 'page.js', 'page.css', 'swagger-ui.css', 'swagger-ui-bundle.js']) {
  test(`${file ?? 'the page'} may only load from its own server, and is sent once`, async () => {
    const first = await ask(file);
    const policy = first.headers['content-security-policy'] ?? '';
    assert.match(policy, /^default-src 'none';/);
    assert.doesNotMatch(policy, /unsafe|http|\*/);
    assert.equal(first.headers['cache-control'], 'no-cache');
    const etag = first.headers['etag'] ?? '';
    for (const known of [etag, `"x", ${etag}`, '*']) {
      const again = await ask(file, { 'if-none-match': known });
      assert.equal(again.status, 304, known);
      assert.equal(textOf(again), '');
      assert.equal(again.headers['etag'], etag);
    }
    assert.equal((await ask(file, { 'if-none-match': '"x"' })).status, 200);
  });
}

for (const file of ['nothing.js', 'swagger-ui.js', '../package.json', 'constructor', '']) {
  test(`there is no file '${file}'`, async () => {
    await assert.rejects(
      () => ask(file),
      (thrown) => thrown instanceof ServingError && thrown.code === 'NOT_FOUND',
    );
  });
}

const missing: [why: string, find: FindFile][] = [
  [
    'a package that is not installed',
    () => {
      throw new Error("Cannot find package '@fastify/swagger-ui'");
    },
  ],
  ['a file that is gone', () => new URL('file:///nonexistent/swagger-ui.css')],
];
for (const [why, find] of missing) {
  test(`${why}: the page says what it lacks`, async () => {
    for (const file of [null, 'swagger-ui.css']) {
      await assert.rejects(
        () => ask(file, {}, find),
        (thrown) =>
          thrown instanceof ServingError &&
          thrown.code === 'UNIMPLEMENTED' &&
          /needs the package '@fastify\/swagger-ui'.*\/openapi\.json/.test(thrown.message),
      );
    }
  });
}
