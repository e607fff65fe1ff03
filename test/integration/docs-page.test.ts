import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sendRaw } from '../support/raw-http.js';
import { settingsOf, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;

before(async () => {
  server = await startTestServer(settingsOf([]));
});
after(() => server.stop());

for (const path of ['/docs', '/docs/']) {
  test(`${path} is a page`, async () => {
    const { status, headers, text } = await server.get(path);
    assert.equal(status, 200, text);
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(text, /^<!doctype html>/);
  });
}

test('the viewer comes compressed, and not a second time', async () => {
  const url = `http://127.0.0.1:${server.port}/docs/swagger-ui-bundle.js`;
  const first = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(first.headers.get('content-encoding'), 'gzip');
  assert.match(await first.text(), /SwaggerUIBundle/);
  const etag = first.headers.get('etag') ?? '';
  const head = `GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: ${etag}\r\n\r\n`;
  const again = await sendRaw(server.port, head);
  assert.match(again, /^HTTP\/1\.1 304 /);
  assert.match(again, /\r\n\r\n$/);
  // It would be the length of what is not sent.
  assert.doesNotMatch(again, /content-length/i);
});

test('a file that is not of the page: 404 in one sentence', async () => {
  const { status, json } = await server.get('/docs/package.json');
  assert.equal(status, 404);
  assert.match(json.error, /there is no file 'package\.json' at \/docs/);
});
