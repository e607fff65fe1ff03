/** The dashboard's files, and that they can be left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLive } from '../support/live-reader.js';
import { readSettings, serve } from '../support/serve.js';

const FLAGS = {
  modelConfig: 'samples/model_config_example.yaml',
  loadModel: [],
  modelControlMode: 'explicit',
};

test('the dashboard is at / unless it is not wanted', async (t) => {
  const server = await serve((end) => t.after(end), readSettings(FLAGS));
  const page = await server.get('/');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  const loads = [...page.text.matchAll(/"(\/ui\/[^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(loads.includes('/ui/main.js') && loads.includes('/ui/style.css'));
  for (const path of loads) assert.equal((await server.get(path)).status, 200, path);
});

for (const [how, settings] of [
  ['--no-ui', readSettings({ ...FLAGS, ui: false })],
  ['FURIOSA_SERVER_UI', readSettings(FLAGS, { FURIOSA_SERVER_UI: 'false' })],
] as const) {
  test(`with ${how} there is no dashboard, and the stream is still there`, async (t) => {
    const server = await serve((end) => t.after(end), settings);
    for (const path of ['/', '/ui/main.js', '/ui/views/models.js'])
      assert.equal((await server.get(path)).status, 404, path);
    const live = await readLive((end) => t.after(end), server.port);
    assert.equal((await live.frame()).is_whole, true);
  });
}
