/** The dashboard of a server that wants a key, in a real browser. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { LogControl } from '#core/log-settings.js';
import { startLog } from '#telemetry/log.js';
import { accessOf, EVERYTHING, keyOf, policyOf } from '../support/access.js';
import { openStage, type Stage } from '../support/access-stage.js';
import { axeViolations, openBrowser, openPage, withoutBrowser } from '../support/browser.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, readSettings } from '../support/serve.js';
import { offerOf } from '../support/server.js';

describe('the dashboard of a server that wants a key', { skip: withoutBrowser }, () => {
  const end = atEnd(after);
  const written: string[] = [];
  let stage: Stage;
  let browser: Browser;

  before(async () => {
    end(startLog({ format: 'json' }, new LogControl('TRACE', 1), { write: (line) => written.push(line) }));
    const path = writeModel(modelDirectory(after), 'm.onnx', identityModel('UINT8'));
    const settings = readSettings({ modelPath: path, modelName: 'm', platform: 'cpu', device: 'cpu(1)*1' });
    stage = await openStage(end, {
      ...settings,
      grpc: null,
      rest: { ...settings.rest, host: '127.0.0.1', port: 0 },
      models: [offerOf({ name: 'm', path })],
      access: accessOf(policyOf({ admin: EVERYTHING })),
    });
    browser = await openBrowser();
    end(() => browser.close());
  });

  const urlOf = (): string => `http://127.0.0.1:${stage.port}/`;

  async function give(page: Page, key: string): Promise<void> {
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('API key').fill(key);
    await dialog.getByRole('button').click();
  }

  test('it asks for a key, says that a wrong one is wrong, and shows the models with the right one', async () => {
    const { page } = await openPage(browser, urlOf());
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await dialog.getByText('It is kept until this tab is closed, and sent to this server alone.').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    assert.equal(await dialog.getByLabel('API key').getAttribute('type'), 'password');
    assert.equal(await page.getByRole('row', { name: /\bm\b/ }).count(), 0);

    await give(page, keyOf('a-stranger'));
    await dialog.getByText('The key that was given is not valid any more, or never was.').waitFor();

    await give(page, keyOf('admin'));
    await page.getByRole('row', { name: /\bm\b/ }).getByText('ready', { exact: true }).waitFor();
    assert.equal(await dialog.count(), 0);

    await page.reload();
    await page.getByRole('row', { name: /\bm\b/ }).getByText('ready', { exact: true }).waitFor();
    assert.equal(await dialog.count(), 0, 'the tab has it still');

    const kept = String(
      await page.evaluate('JSON.stringify([{ ...localStorage }, document.cookie, location.href])'),
    );
    for (const text of [kept, ...urls, await page.content()])
      assert.ok(!text.includes('fsk_'), text.slice(0, 200));
    assert.ok(urls.length > 0);
  });

  test('another tab has to have a key of its own', async () => {
    const { page } = await openPage(browser, urlOf());
    await page.getByRole('dialog').waitFor();
    await give(page, keyOf('admin'));
    await page.getByRole('row', { name: /\bm\b/ }).waitFor();
    const other = await page.context().newPage();
    await other.goto(urlOf());
    await other.getByRole('dialog').waitFor();
    assert.equal(await other.getByRole('row', { name: /\bm\b/ }).count(), 0);
  });

  test('no key is in the log', () => {
    assert.ok(
      written.some((line) => line.includes('/v2/live')),
      'nothing was told',
    );
    assert.equal(
      written.find((line) => line.includes('fsk_')),
      undefined,
    );
  });
});
