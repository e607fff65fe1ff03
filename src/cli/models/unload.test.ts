import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CommandFailure } from '#cli/command-failure.js';
import { PLAIN } from '#cli/terminal.js';
import { answeringServer } from '../../../test/support/answering-server.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { unloadModel } from './unload.js';

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
  const server = { command: 'furiosa models unload', url };
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
