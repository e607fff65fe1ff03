/** Every view of the dashboard in a real browser, before a real server, in one look. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { assertSound, openBrowser, openPage, withoutBrowser } from './browser.js';
import { atEnd, readSettings, serve } from './serve.js';
import type { TestServer } from './server.js';

const VIEWS = [
  'models',
  'models/mnist',
  'models/iris',
  'models/mnist/try',
  'models/iris/try',
  'load/iris',
  'devices',
];

/** One test for each view. Looks have files of their own: to look for what is wrong with a page takes a browser seconds. */
export function describeViews(look: string, options: BrowserContextOptions): void {
  describe(`the dashboard, ${look}`, { skip: withoutBrowser }, () => {
    const end = atEnd(after);
    let server: TestServer;
    let browser: Browser;

    before(async () => {
      const settings = readSettings({
        modelConfig: 'samples/model_config_example.yaml',
        simulate: 'warboy*1',
      });
      server = await serve(end, settings);
      browser = await openBrowser();
      end(() => browser.close());
    });

    for (const view of VIEWS) {
      test(`${view}: nothing is wrong with it`, async () => {
        const watched = await openPage(browser, `http://127.0.0.1:${server.port}/#/${view}`, options);
        const { page } = watched;
        await page.locator('main h1').waitFor();
        // The first frame of the live stream has been drawn.
        await page
          .locator('header')
          .getByText(/ready|준비/i)
          .first()
          .waitFor();
        await assertSound(watched);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(overflow) <= 0, `it is ${overflow} pixels wider than the window`);
        await page.context().close();
      });
    }
  });
}
