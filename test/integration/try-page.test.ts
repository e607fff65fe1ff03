/** Models are tried in a real browser, as somebody would. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { assertSound, openBrowser, openPage, type WatchedPage, withoutBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { modelDirectory, writeModel } from '../support/onnx-models.js';
import { mediapipePath } from '../support/real-models.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import { offerOf, type TestServer } from '../support/server.js';
import { DECAY_OPTIONS, decayed, decayModel } from '../support/stateful-models.js';

/** Head and shoulders before a wall. */
const PERSON = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#9db4c0"/>
<path d="M40 256q8-90 70-98l0-22h36l0 22q62 8 70 98z" fill="#2f3e6b"/><ellipse cx="128" cy="96" rx="40" ry="52" fill="#e0ac8a"/>
<path d="M86 90q0-58 42-58t42 58q-12-30-42-30t-42 30z" fill="#3a2a1e"/><circle cx="113" cy="94" r="5"/><circle cx="143" cy="94" r="5"/>
<path d="M112 122q16 10 32 0" stroke="#933" stroke-width="4" fill="none"/></svg>`;

describe('trying models in a browser', { skip: withoutBrowser }, () => {
  const end = atEnd(after);
  const folder = modelDirectory(after);
  let server: TestServer;
  let browser: Browser;

  before(async () => {
    const settings = readSettings({ modelConfig: 'samples/model_config_example.yaml' });
    const selfie = offerOf({
      name: 'selfie',
      path: mediapipePath('selfie_segmentation/selfie_segmentation.tflite'),
    });
    const decay = offerOf({
      name: 'decay',
      path: writeModel(folder, 'decay.onnx', decayModel()),
      maxBatchSize: 4,
      sequence: DECAY_OPTIONS,
    });
    server = await serve(end, { ...settings, models: [...settings.models, selfie, decay] });
    browser = await openBrowser();
    end(() => browser.close());
  });

  const open = (path: string, options: BrowserContextOptions = {}): Promise<WatchedPage> =>
    openPage(browser, `http://127.0.0.1:${server.port}/#/models/${path}/try`, options);

  const draw = async (page: Page, points: readonly (readonly [x: number, y: number])[]): Promise<void> => {
    const box = await page.locator('.try-pad canvas').boundingBox();
    assert.ok(box);
    for (const [index, [x, y]] of points.entries()) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 6 });
      if (index === 0) await page.mouse.down();
    }
    await page.mouse.up();
  };

  /** How many pixels of the drawing are not dark. In the words of the page, whose types the tests do not have. */
  const inkOf = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector('.try-pad canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 0 && value > 0).length;
    })()`);

  const best = (page: Page, label: string): Locator =>
    page.locator('.try-bars tr.is-best th', { hasText: label });

  for (const model of ['mnist', 'mnist-onnx']) {
    test(`${model}: a drawn 7 has the longest bar, and then a drawn 1`, async () => {
      const watched = await open(model);
      const { page } = watched;
      await draw(page, [
        [0.25, 0.2],
        [0.75, 0.2],
        [0.45, 0.85],
      ]);
      await best(page, 'seven').waitFor();
      assert.equal(await page.locator('.try-bars tbody tr').count(), 10);
      await page.getByRole('button', { name: 'Clear' }).click();
      await draw(page, [
        [0.5, 0.15],
        [0.5, 0.85],
      ]);
      await best(page, 'one').waitFor();
      await assertSound(watched);
    });
  }

  test('the keyboard draws, too', async () => {
    const watched = await open('mnist');
    const { page } = watched;
    await page.getByRole('application').focus();
    for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowDown');
    await best(page, 'one').waitFor();
    await eventually(
      () => inkOf(page),
      (seen) => seen > 0,
    );
    await page.keyboard.press('Delete');
    await eventually(
      () => inkOf(page),
      (seen) => seen === 0,
    );
    await assertSound(watched);
  });

  test('paper and ink change places, and a pasted picture is read as ink on paper', async () => {
    const watched = await open('mnist');
    const { page } = watched;
    await draw(page, [
      [0.25, 0.2],
      [0.75, 0.2],
      [0.45, 0.85],
    ]);
    await best(page, 'seven').waitFor();
    const ink = await inkOf(page);
    await page.getByRole('checkbox', { name: 'Invert' }).check();
    // The paper is bright, once it has been drawn anew.
    await eventually(
      () => inkOf(page),
      (seen) => seen > ink,
    );
    await page.evaluate(`(() => {
      const transfer = new DataTransfer();
      const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><rect width="90" height="90" fill="#fff"/>' +
        '<path d="M45 15V75" stroke="#000" stroke-width="8"/></svg>';
      transfer.items.add(new File([svg], 'one.svg', { type: 'image/svg+xml' }));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
    })()`);
    await best(page, 'one').waitFor();
    await assertSound(watched);
  });

  test('a dropped picture of a person has a mask over the person and none over the wall', async () => {
    const watched = await open('selfie', { colorScheme: 'dark' });
    const { page } = watched;
    await page.locator('.try-drop').waitFor();
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(PERSON)}], 'person.svg', { type: 'image/svg+xml' }));
      return transfer;
    })()`);
    await page.dispatchEvent('.try-drop', 'drop', { dataTransfer: dropped });
    const mask = page.getByRole('img', { name: 'activation_10: Mask' });
    await mask.waitFor();
    const opacityAt = (x: number, y: number): Promise<number> =>
      page.evaluate(`document.querySelector('canvas[aria-label="activation_10: Mask"]')
        .getContext('2d').getImageData(${x}, ${y}, 1, 1).data[3]`);
    assert.ok((await opacityAt(128, 100)) > 200, 'the face');
    assert.ok((await opacityAt(128, 220)) > 200, 'the chest');
    assert.ok((await opacityAt(12, 20)) < 50, 'the wall');
    await assertSound(watched);
  });

  test('numbers: what is wrong is said in place, and what is right is answered, on a phone in Korean', async () => {
    const watched = await open('iris/1', { locale: 'ko-KR', viewport: { width: 360, height: 740 } });
    const { page } = watched;
    const numbers = page.getByRole('textbox');
    await numbers.fill('5, 3, 1, oops');
    await page.getByText("4번째 값 'oops'은(는) 숫자가 아님.").waitFor();
    assert.equal(await page.getByRole('button', { name: '전송' }).isDisabled(), true);
    await numbers.fill('length,width,length,width\n5,3,1,0.2\n6.1,2.8,4,1.3');
    await page.getByRole('button', { name: '전송' }).click();
    await best(page, 'setosa').waitFor();
    await page.getByRole('spinbutton').fill('1');
    await best(page, 'versicolor').waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    await assertSound(watched);
  });

  test('a sequence: it starts, its state goes on from request to request, it ends, and it starts anew', async () => {
    const watched = await open('decay', { colorScheme: 'dark' });
    const { page } = watched;
    const start = page.getByRole('checkbox', { name: 'Start' });
    const endOf = page.getByRole('checkbox', { name: 'End' });
    const id = page.getByRole('textbox', { name: 'ID' });
    const told = (name: string) => page.getByRole('region', { name: `Table of ${name}` });
    assert.equal(await start.isChecked(), true);
    assert.equal(await page.getByRole('checkbox', { name: /every change/ }).count(), 0, 'each would move on');
    await id.fill('0');
    await page.getByText('The ID of a sequence is an integer').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);
    await id.fill('of-the-page');
    await page.getByRole('textbox', { name: 'Numbers' }).fill('1, -2');
    const rows = decayed([
      [1, -2],
      [1, -2],
      [1, -2],
    ]);
    for (const [at, row] of [...rows, ...rows.slice(0, 1)].entries()) {
      if (at === 2) await endOf.check();
      await page.getByRole('button', { name: 'Send' }).click();
      for (const name of at === 0 ? ['y', 'told'] : []) {
        await page
          .getByRole('group', { name: `How ${name} is shown` })
          .getByRole('button', { name: 'Table' })
          .click();
      }
      const numbers = row.map((value) => String(Number(value.toPrecision(6))));
      await told('y')
        .getByRole('row', { name: `0 ${numbers.join(' ')}`, exact: true })
        .waitFor();
      // START, END, READY as the model was told them; what follows an end is a start.
      const controls = [at % 3 === 0 ? 1 : 0, at === 2 ? 1 : 0, 1];
      await told('told')
        .getByRole('row', { name: `0 ${controls.join(' ')}`, exact: true })
        .waitFor();
      await page.locator('.try-code', { hasText: '"sequence_id":"of-the-page"' }).waitFor();
      assert.deepEqual([await start.isChecked(), await endOf.isChecked()], [at === 2, false]);
    }
    await assertSound(watched);
  });

  test('a model that is not there: the sentence of the server', async () => {
    const { page } = await open('nothing');
    await page.getByRole('alert').filter({ hasText: 'nothing' }).waitFor();
  });
});
