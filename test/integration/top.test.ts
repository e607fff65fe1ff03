/** `furiosa top` against a server: as a stream of tables, as JSON, and on a terminal of its own. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { PLAIN } from '#cli/terminal.js';
import { runTop } from '#cli/top/run-top.js';
import type { Screen } from '#cli/top/screen.js';
import { systemClock } from '#core/clock.js';
import { answeringServer, closedUrl } from '../support/answering-server.js';
import { runCommand } from '../support/command-run.js';
import { eventually } from '../support/eventually.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);
const BODY = { inputs: [{ name: 'input', datatype: 'UINT8', shape: [2], data: [1, 2] }] };

/** A screen that remembers its page, and types what it is told to. */
class FakeScreen implements Screen {
  size = { columns: 100, rows: 10 };
  page: readonly string[] = [];
  isClosed = false;
  type: (text: string) => void = () => {};
  resized: () => void = () => {};

  draw(lines: readonly string[]): void {
    assert.ok(!this.isClosed, 'nothing is drawn on a terminal that was given back');
    this.page = lines;
  }

  onTyped(listener: (text: string) => void): void {
    this.type = listener;
  }

  onResize(listener: () => void): void {
    this.resized = listener;
  }

  close(): void {
    this.isClosed = true;
  }

  /** Settles once the page has this. */
  async shows(text: RegExp): Promise<string> {
    const look = async (): Promise<string> => {
      await new Promise((resolve) => setImmediate(resolve));
      return this.page.join('\n');
    };
    return await eventually(look, (page) => text.test(page), 1_000_000);
  }
}

/** `furiosa top` on that screen; settles with its exit status. */
function start(url: string, screen: Screen, interval = 0.1): Promise<number> {
  const terminal = {
    write: () => {},
    writeError: () => {},
    columns: 100,
    progressColumns: null,
    style: PLAIN,
  };
  const invocation = {
    command: null,
    path: 'top',
    values: { url, interval },
    argument: null,
    helpAsked: false,
  };
  const context = {
    terminal,
    clock: systemClock,
    pause: async () => assert.fail('a terminal is not waited for so'),
    openScreen: () => screen,
  };
  return runTop(invocation, {}, context);
}

describe('furiosa top', () => {
  const end = atEnd(after);
  let server: TestServer;
  let url: string;

  before(async () => {
    const path = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
    const models = ['bytes', 'other'].map((name) => offerOf({ name, path }));
    server = await serve(end, settingsOf(models));
    url = `http://127.0.0.1:${server.port}`;
  });

  /** Asks the model again and again until the test ends. */
  function keepBusy(t: TestContext): void {
    let isOver = false;
    const done = (async () => {
      while (!isOver) await server.post('/v2/models/bytes/infer', BODY);
    })();
    t.after(() => {
      isOver = true;
      return done;
    });
  }

  test('--once prints what happened between two looks', async (t) => {
    keepBusy(t);
    const { status, out, error } = await runCommand(['top', '--once', '--interval', '0.3', '--url', url]);
    assert.deepEqual([status, error], [0, '']);
    const [head = '', empty, titles = '', ...rows] = out.split('\n');
    assert.match(
      head,
      /^furiosa-server 0\.0\.0-test at http:\S+, ready, up \d+ s, [\d.,]+ requests\/s, [\d.]+ CPUs, [\d.]+ MB$/,
    );
    assert.equal(empty, '');
    assert.match(titles, /^MODEL +VERSION +STATE +REQ\/S +ERR\/S +P50 +P99 +WAIT +ROWS +MEMORY +DEVICE$/);
    assert.match(
      rows[0] ?? '',
      /^bytes +1 +READY +[\d.,]+ +0 +[\d.]+ ms +[\d.]+ ms +\d +1\.0 +[\d.]+ \w+ +cpu$/,
    );
    assert.match(rows[1] ?? '', /^other +1 +READY +0 +0 +- +- +0 +- +[\d.]+ \w+ +cpu$/);
    assert.equal(rows.length, 3);
  });

  test('--json --count prints a line for each look', async () => {
    const { status, out } = await runCommand([
      'top',
      '--json',
      '--count',
      '2',
      '--interval',
      '0.1',
      '--url',
      url,
    ]);
    assert.equal(status, 0);
    const looks = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(looks.length, 2);
    for (const look of looks) {
      assert.equal(look.server.ready, true);
      assert.equal(look.server.requests_per_second, 0);
      assert.deepEqual(
        look.versions.map(({ model, state, p99_ms: p99 }: Record<string, unknown>) => [model, state, p99]),
        [
          ['bytes', 'READY', null],
          ['other', 'READY', null],
        ],
      );
    }
  });

  test('on a terminal it follows the server and the keys, and gives the terminal back', async (t) => {
    keepBusy(t);
    const screen = new FakeScreen();
    const running = start(url, screen);
    await screen.shows(/^bytes +1 +READY +[1-9][\d.,]* /m);
    assert.equal(screen.page.length, 10);

    screen.type('/oth');
    assert.match(screen.page.at(-1) ?? '', /^filter: oth_/);
    assert.doesNotMatch(screen.page.join('\n'), /^bytes/m);
    screen.type('\r');
    screen.type('\u001b');
    screen.type('s');
    assert.match(screen.page.join('\n'), /P99\*.*by P99/s);

    screen.size = { columns: 40, rows: 6 };
    screen.resized();
    assert.equal(screen.page.length, 6);
    assert.ok(screen.page.every((line) => line.length <= 40));

    screen.type('q');
    assert.equal(await running, 0);
    assert.ok(screen.isClosed);
  });

  test('paused, it stands still; Ctrl-C ends it all the same', async () => {
    const screen = new FakeScreen();
    const running = start(url, screen, 0.01);
    await screen.shows(/requests\/s/);
    screen.type('p');
    const table = screen.page.slice(0, -1);
    for (let i = 0; i < 50; i++) await server.post('/v2/models/bytes/infer', BODY);
    assert.match(screen.page.at(-1) ?? '', /^PAUSED/);
    assert.deepEqual(screen.page.slice(0, -1), table);
    screen.type('p');
    await screen.shows(/^bytes +1 +READY +[\d.]*[1-9]/m);
    screen.type('\u0003');
    assert.equal(await running, 0);
  });

  test('a server that goes is missed, and found when it is back', async (t) => {
    const path = writeModel(folder, 'again.onnx', identityModel('UINT8'));
    const settings = settingsOf([offerOf({ name: 'again', path })]);
    const first = await serve((stop) => t.after(stop), settings);
    const address = `http://127.0.0.1:${first.port}`;
    const screen = new FakeScreen();
    const running = start(address, screen, 0.05);
    await screen.shows(/^again +1 +READY/m);
    await first.stop();
    const page = await screen.shows(/trying again: furiosa top/);
    assert.match(page, /furiosa top: no answer from http:\S+\/v2\/live: .*ECONNREFUSED/);
    assert.match(page, /^again +1 +READY/m);
    await serve((stop) => t.after(stop), { ...settings, rest: { ...settings.rest, port: first.port } });
    await screen.shows(/^furiosa-server.*\n\nMODEL/);
    screen.type('q');
    assert.equal(await running, 0);
  });

  test('ends with status 1 where nobody answers, or somebody else does', async (t) => {
    const closed = await closedUrl();
    const nobody = await runCommand(['top', '--once', '--url', closed]);
    assert.deepEqual([nobody.status, nobody.out], [1, '']);
    assert.match(
      nobody.error,
      /^furiosa top: no answer from http:\S+\/v2\/live: .*; is a server running there\?\n$/,
    );
    const other = await answeringServer(t, {});
    assert.deepEqual(await runCommand(['top', '--once', '--url', other.url]), {
      status: 1,
      out: '',
      error: `furiosa top: ${other.url}/v2/live answered 404: there is no such route; is it a furiosa-server, and as new as this command?\n`,
    });
    const strange = await answeringServer(t, { 'GET /v2/live': { json: { server: {} } } });
    assert.deepEqual(await runCommand(['top', '--once', '--url', strange.url]), {
      status: 1,
      out: '',
      error: `furiosa top: ${strange.url}/v2/live answered something else: at_ms is missing; is it a furiosa-server, and as new as this command?\n`,
    });
  });

  test('refuses what it cannot do', async () => {
    for (const [argv, sentence] of [
      [
        ['--interval', '0'],
        "option '--interval' must be a number of seconds from 0.1 to 3600; '0' was given",
      ],
      [['--count', '0'], "option '--count' must be an integer, 1 or more; '0' was given"],
      [['mnist'], "unexpected argument 'mnist'; a running server is given by --url"],
    ] as const) {
      const { status, error } = await runCommand(['top', ...argv]);
      assert.deepEqual([status, error], [2, `furiosa top: ${sentence}\n`]);
    }
  });
});
