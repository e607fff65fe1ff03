/** What an installation without the vendors' clients says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../', import.meta.url));

const ASK = `
import { openStores } from '#store/stores.js';
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';
const stores = openStores({ ...DEFAULT_STORE_OPTIONS, cacheFolder: '/nowhere' });
for (const url of ['s3://b/m', 'gs://b/m', 'hf://a/b/m']) {
  await stores.listTree(url).catch(({ code, message }) => console.log(code + ' ' + message));
}
`;

test('a client that is not installed is named with the command that installs it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-bare-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const room of ['core', 'store'])
    cpSync(join(SRC, room), join(folder, 'src', room), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module","imports":{"#*":"./src/*"}}');
  writeFileSync(join(folder, 'ask.js'), ASK);
  const said = execFileSync(process.execPath, ['ask.js'], { cwd: folder, encoding: 'utf8' });
  assert.deepEqual(said.trim().split('\n'), [
    "UNAVAILABLE s3:// needs the package @aws-sdk/client-s3, which is not installed: npm install '@aws-sdk/client-s3@3'",
    "UNAVAILABLE gs:// needs the package @google-cloud/storage, which is not installed: npm install '@google-cloud/storage@7'",
    "UNAVAILABLE hf:// needs the package @huggingface/hub, which is not installed: npm install '@huggingface/hub@2'",
  ]);
});
