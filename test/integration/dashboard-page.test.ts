/** The dashboard as somebody meets it: in a real browser, before a real server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { assertSound, openBrowser, openPage, type WatchedPage, withoutBrowser } from '../support/browser.js';
import { serverProcess } from '../support/command.js';
import { modelDirectory } from '../support/onnx-models.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';

describe('the dashboard in a browser', { skip: withoutBrowser }, () => {
  const end = atEnd(after);
  const folder = modelDirectory(after);
  const settings = readSettings({ modelConfig: 'samples/model_config_example.yaml', simulate: 'warboy*1' });
  const broken = offerOf({ name: 'broken', path: `${folder}/missing.onnx` });
  let server: TestServer;
  let browser: Browser;

  before(async () => {
    server = await serve(end, { ...settings, models: [...settings.models, broken] });
    browser = await openBrowser();
    end(() => browser.close());
  });

  const open = (view: string): Promise<WatchedPage> =>
    openPage(browser, `http://127.0.0.1:${server.port}/#/${view}`);

  test('a model is unloaded and loaded, and why another is not there is told', async () => {
    const watched = await open('models');
    const { page } = watched;
    const row = page.getByRole('row', { name: /iris/ });
    await page
      .getByRole('row', { name: /broken/ })
      .getByText(/does not exist|no such file/i)
      .first()
      .waitFor();
    await row.getByRole('button', { name: 'Unload iris' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unload', exact: true }).click();
    await row.getByText('not loaded').waitFor();
    assert.equal((await server.get('/v2/models/iris/ready')).status, 503);
    await row.getByRole('button', { name: 'Load iris' }).click();
    await row.getByText('ready', { exact: true }).waitFor();
    assert.equal((await server.get('/v2/models/iris/ready')).status, 200);
    await assertSound(watched);
  });

  test('what a reload would do is shown before it is done', async () => {
    const { page } = await open('models');
    await page.getByRole('button', { name: /Reload configuration/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Reload the configuration' }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).first().waitFor();
  });

  test('what the server does is seen while it does it', async () => {
    const { page } = await open('models/iris');
    const body = {
      inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }],
    };
    const metadata = await server.get('/v2/models/iris');
    body.inputs[0] = { ...body.inputs[0], name: metadata.json.inputs[0].name } as (typeof body.inputs)[0];
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.post('/v2/models/iris/infer', JSON.stringify(body))),
    );
    assert.ok(
      answers.every(({ status }) => status === 200),
      answers[0]?.text,
    );
    // A newest point that is not nought, in the words that a screen reader has.
    await page
      .locator('[role="img"][aria-label*="requests"], [role="img"][aria-label*="Requests"]')
      .first()
      .waitFor();
  });

  test('a server without models says what to do next, on a phone', async () => {
    const empty = await serve(end, settingsOf([]));
    for (const [view, command] of [
      ['models', 'furiosa server --model-config'],
      ['load', 'furiosa server --model-path'],
      ['devices', null],
    ] as const) {
      const watched = await openPage(browser, `http://127.0.0.1:${empty.port}/#/${view}`, {
        viewport: { width: 360, height: 740 },
      });
      const { page } = watched;
      if (command === null) await page.getByRole('rowheader', { name: 'cpu' }).waitFor();
      else await page.locator('pre', { hasText: command }).waitFor();
      assert.equal(await page.getByRole('searchbox').count(), 0, 'there is nothing to look for');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      await assertSound(watched);
      await page.context().close();
    }
  });

  test('the page of a server that is stopped and started again goes on by itself', async () => {
    const args = ['--model-path', 'samples/data/mnist.onnx', '--model-name', 'digits'];
    const first = await serverProcess(args);
    end(() => first.child.kill('SIGKILL'));
    await first.logged(/is ready/);
    const { page } = await openPage(browser, `http://127.0.0.1:${first.port}/`);
    await page
      .getByRole('row', { name: /digits/ })
      .getByText('ready', { exact: true })
      .waitFor();
    first.child.kill('SIGTERM');
    await first.ended;
    await page.getByText('Connection lost').first().waitFor();
    const second = await serverProcess([...args, '--http-port', String(first.port)]);
    end(() => second.child.kill('SIGKILL'));
    await page.getByText('Connection lost').first().waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /digits/ })
      .getByText('ready', { exact: true })
      .waitFor();
    second.child.kill('SIGTERM');
    assert.equal(await second.ended, 0);
  });
});
