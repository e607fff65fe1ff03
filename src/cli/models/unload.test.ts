import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '#cli/command-failure.js';
import { PLAIN } from '#cli/terminal.js';
import { answeringServer } from '../../../test/support/answering-server.js';
import { runCommand } from '../../../test/support/command-run.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { IRIS, LIST, MNIST, model, version } from '../../../test/support/repository-answers.js';
import { unloadModel } from './unload.js';

const FURIOSA = fileURLToPath(new URL('../../../../bin/furiosa.js', import.meta.url));

/** Unloads `mnist` from a server whose versions have these states, one list of states for each time it is asked. */
async function unload(
  t: TestContext,
  states: readonly Readonly<Record<string, string>>[],
  withDependents: boolean,
): Promise<{ out: string; shown: string; waitedMs: number }> {
  const lists = states.map((versions) => ({
    json: Object.entries(versions).map(([name, state]) => ({ name, versions: [{ version: '1', state }] })),
  }));
  const { url } = await answeringServer(t, {
    'GET /v2/repository/models': lists,
    'POST /v2/repository/models/mnist/unload': { json: {} },
  });
  const clock = new FakeClock();
  let out = '';
  let shown = '';
  const terminal = {
    write: (text: string) => {
      out += text;
    },
    writeError: (text: string) => {
      shown += text;
    },
    columns: null,
    progressColumns: 80,
    style: PLAIN,
  };
  const pause = async (delayMs: number): Promise<void> => clock.advance(delayMs);
  const server = { command: 'furiosa models unload', apiKey: undefined, url };
  const options = { withDependents, timeoutMs: 5000 };
  await unloadModel(server, 'mnist', options, { terminal, clock, pause });
  return { out, shown, waitedMs: clock.now() };
}

const READY = { mnist: 'READY', digits: 'READY', other: 'READY' };

describe('waiting for a model to be gone', () => {
  it('lasts as long as it is there, and shows that it goes on', async (t) => {
    const going = { ...READY, mnist: 'UNLOADING' };
    const states = [READY, ...Array.from({ length: 6 }, () => going), { ...READY, mnist: 'UNAVAILABLE' }];
    const { out, shown, waitedMs } = await unload(t, states, false);
    assert.equal(out, 'unloaded  mnist/1\n');
    assert.equal(shown, '\r\u001b[Kunloading mnist (1 s)\r\u001b[K');
    assert.equal(waitedMs, 1200);
  });

  it('lasts while the server has not begun', async (t) => {
    const { waitedMs } = await unload(t, [READY, READY, { ...READY, mnist: 'UNAVAILABLE' }], false);
    assert.equal(waitedMs, 200);
  });

  it('ends at the limit, with what is still there', async (t) => {
    const waiting = unload(t, [READY, { ...READY, mnist: 'UNLOADING' }], false);
    await assert.rejects(waiting, (thrown) => {
      assert.ok(thrown instanceof CommandFailure);
      assert.match(thrown.message, /: mnist\/1 is UNLOADING still after 5 s;/);
      return true;
    });
  });

  it('is for the model alone, without its dependents', async (t) => {
    const { out, waitedMs } = await unload(
      t,
      [READY, { ...READY, mnist: 'UNAVAILABLE', digits: 'UNLOADING' }],
      false,
    );
    assert.equal(out, 'unloaded  mnist/1\n');
    assert.equal(waitedMs, 0);
  });

  it('is for what is unloaded with it, too, but for nothing that was on its way out before', async (t) => {
    const before = { ...READY, other: 'UNLOADING' };
    const states = [
      before,
      { mnist: 'UNAVAILABLE', digits: 'UNLOADING', other: 'UNLOADING' },
      { mnist: 'UNAVAILABLE', digits: 'UNAVAILABLE', other: 'UNLOADING' },
    ];
    const { out, waitedMs } = await unload(t, states, true);
    assert.equal(out, 'unloaded  mnist/1\nunloaded  digits/1\n');
    assert.equal(waitedMs, 200);
  });
});

describe('furiosa models unload', () => {
  const UNLOAD = 'POST /v2/repository/models/mnist/unload';
  const gone = model('mnist', version('1', 'UNAVAILABLE', { reason: 'unloaded' }));

  it('prints what was unloaded', async (t) => {
    const server = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST, IRIS] }, { json: [gone, IRIS] }],
    });
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--url', server.url]), {
      status: 0,
      out: 'unloaded  mnist/1\n',
      error: '',
    });
    assert.deepEqual(server.asked, [LIST, `${UNLOAD} {}`, LIST]);
  });

  it('says so where it was not loaded', async (t) => {
    const { url } = await answeringServer(t, { [UNLOAD]: { json: {} }, [LIST]: { json: [gone] } });
    const expected = { status: 0, out: 'mnist was not loaded\n', error: '' };
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--url', url]), expected);
  });

  it('--with-dependents unloads the others, too', async (t) => {
    const digits = (state: string): object => model('digits', version('3', state));
    const server = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST, digits('READY'), IRIS] }, { json: [digits('UNAVAILABLE'), IRIS] }],
    });
    const argv = ['models', 'unload', 'mnist', '--with-dependents', '--url', server.url];
    assert.deepEqual(await runCommand(argv), {
      status: 0,
      out: 'unloaded  mnist/1\nunloaded  digits/3\n',
      error: '',
    });
    assert.equal(server.asked[1], `${UNLOAD} {"parameters":{"unload_dependents":true}}`);
  });

  it('ends with status 1 and the sentence of the server', async (t) => {
    const { url } = await answeringServer(t, {
      [UNLOAD]: { status: 400, body: '{"error":"mnist is used by the ensemble digits"}' },
      [LIST]: { json: [MNIST] },
    });
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--url', url]), {
      status: 1,
      out: '',
      error: 'furiosa models unload: mnist is used by the ensemble digits\n',
    });
  });

  it('keeps its process while it waits', async (t) => {
    const { url } = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST] }, { json: [model('mnist', version('1', 'UNLOADING'))] }, { json: [gone] }],
    });
    const child = spawn(process.execPath, [FURIOSA, 'models', 'unload', 'mnist', '--url', url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    assert.equal(Buffer.concat(await child.stdout.toArray()).toString(), 'unloaded  mnist/1\n');
    assert.deepEqual(await ended, [0, null]);
  });

  it('ends with status 1 where it is not gone in time', async (t) => {
    const { url } = await answeringServer(t, {
      [UNLOAD]: { json: {} },
      [LIST]: [{ json: [MNIST] }, { json: [model('mnist', version('1', 'UNLOADING'))] }],
    });
    assert.deepEqual(await runCommand(['models', 'unload', 'mnist', '--timeout', '0', '--url', url]), {
      status: 1,
      out: '',
      error:
        'furiosa models unload: mnist/1 is UNLOADING still after 0 s; requests in flight are waited for, by --timeout SECONDS\n',
    });
  });
});
