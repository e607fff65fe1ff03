// npm run screenshots: pictures of every view of the dashboard for the docs, light and dark, wide and narrow, from the
// sample models with a little traffic on them, and some in Korean. Needs a Chromium (CHROMIUM says which), and a font that has
// Korean (Debian: fonts-noto-cjk).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { root, setUp } from './setup.mjs';

const VIEWS = {
  models: 'models',
  model: 'models/mnist',
  try: 'models/mnist/try',
  load: 'load/iris',
  devices: 'devices',
};
const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  'narrow-light': { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  'narrow-dark': { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ko: { locale: 'ko-KR', colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  'narrow-ko': { locale: 'ko-KR', colorScheme: 'light', viewport: { width: 390, height: 844 } },
};
/** Korean is for the guide in Korean: what that shows, and no more. */
const KOREAN_VIEWS = ['models', 'model', 'try'];
/** Plots show what a page has seen itself. */
const TRAFFIC_SECONDS = 150;
const FOLDER = join(root, 'docs', 'images', 'dashboard');

setUp();
mkdirSync(FOLDER, { recursive: true });
const args = [
  'bin/furiosa.js',
  'server',
  '--model-config',
  'samples/model_config_example.yaml',
  '--host',
  '127.0.0.1',
];
const server = spawn(
  process.execPath,
  [...args, '--http-port', '0', '--grpc-port', '0', '--simulate', 'warboy*1', '--log-format', 'json'],
  { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
);
try {
  const url = await dashboardOf(server);
  const traffic = ask(url);
  const executablePath =
    process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const pages = new Map();
  for (const [look, options] of Object.entries(LOOKS)) {
    const page = await (await browser.newContext({ locale: 'en-US', ...options })).newPage();
    await page.goto(`${url}#/models`);
    pages.set(look, page);
  }
  console.error(`Asking the samples for ${TRAFFIC_SECONDS} s ...`);
  await pause(TRAFFIC_SECONDS * 1000);
  for (const [look, page] of pages) {
    for (const [name, view] of Object.entries(VIEWS)) {
      if (look.endsWith('ko') && !KOREAN_VIEWS.includes(name)) continue;
      await page.goto(`${url}#/${view}`);
      await page.locator('main h1').waitFor();
      if (name === 'try') await drawSeven(page);
      await pause(1500);
      await page.screenshot({ path: join(FOLDER, `${name}-${look}.png`) });
      console.error(`  ${name}-${look}.png`);
    }
  }
  await browser.close();
  traffic.stop();
} finally {
  server.kill('SIGTERM');
}

/** Where the server says that its dashboard is, once all its models are ready. */
function dashboardOf({ stderr }) {
  return new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error('the server ended')));
    createInterface({ input: stderr }).on('line', async (line) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(line);
      if (found === null) return;
      while ((await fetch(`${found[0]}v2/health/ready`)).status !== 200) await pause(200);
      resolve(found[0]);
    });
  });
}

/** A few requests a second to every model, with zeros in their first row. */
function ask(url) {
  let isStopped = false;
  const goOn = async () => {
    const models = (await (await fetch(`${url}v2/repository/models`)).json()).map(({ name }) => name);
    const bodies = new Map();
    for (const name of models) {
      const { inputs } = await (await fetch(`${url}v2/models/${name}`)).json();
      const filled = inputs.map(({ name: input, datatype, shape }) => {
        const whole = shape.map((length) => (length < 0 ? 1 : length));
        const count = whole.reduce((product, length) => product * length, 1);
        return { name: input, datatype, shape: whole, data: new Array(count).fill(0) };
      });
      bodies.set(name, JSON.stringify({ inputs: filled }));
    }
    while (!isStopped) {
      const burst = 1 + Math.floor(4 * (1 + Math.sin(Date.now() / 3000)));
      const all = [...bodies].flatMap(([name, body]) =>
        Array.from({ length: burst }, () =>
          fetch(`${url}v2/models/${name}/infer`, { method: 'POST', body }).then((answer) =>
            answer.arrayBuffer(),
          ),
        ),
      );
      await Promise.allSettled(all);
      await pause(40);
    }
  };
  void goOn();
  return {
    stop() {
      isStopped = true;
    },
  };
}

async function drawSeven(page) {
  const box = await page.locator('.try-pad canvas').boundingBox();
  const points = [
    [0.25, 0.2],
    [0.75, 0.2],
    [0.45, 0.85],
  ];
  for (const [index, [x, y]] of points.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
    if (index === 0) await page.mouse.down();
  }
  await page.mouse.up();
}
