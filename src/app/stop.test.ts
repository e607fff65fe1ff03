import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deferred, deferred } from '#core/deferred.js';
import { Gate } from '#serving/gate.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { settingsOf } from '../../test/support/server.js';
import type { Parts } from './build.js';
import { Stopper } from './stop.js';

/** A server whose requests and models end when the test says so, and a diary of what was done to it. */
function setUp(parts: { readonly drainDelayMs?: number; readonly drainTimeoutMs?: number } = {}) {
  const clock = new FakeClock();
  const gate = new Gate();
  const diary: string[] = [];
  const unloaded: Deferred<void> = deferred();
  const connectionsGone: Deferred<void> = deferred();
  const listener = {
    leave: () => diary.push('leave'),
    closeDoor: () => {
      diary.push('close the door');
      return connectionsGone.promise;
    },
    endIdle: () => diary.push('end idle connections'),
    close: (cutOffMs: number) => {
      diary.push(`close within ${cutOffMs}`);
      return Promise.resolve();
    },
  };
  const models = {
    index: () => [],
    stop: () => {
      diary.push('unload');
      return unloaded.promise;
    },
  };
  const control = { stop: () => Promise.resolve() };
  const stores = { close: () => Promise.resolve() };
  const overrides = {
    close: () => {
      diary.push('remove files');
      return Promise.resolve();
    },
  };
  const traces = {
    close: () => {
      diary.push('close traces');
      return Promise.resolve();
    },
  };
  const fakes = { gate, listener, models, control, stores, overrides, traces } as unknown as Parts;
  const stopper = new Stopper(fakes, settingsOf([], parts), clock);
  let status: number | null = null;
  void stopper.stopped.then((ended) => {
    status = ended;
  });
  return { clock, gate, diary, unloaded, connectionsGone, stopper, statusNow: () => status };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a stop goes from the top down: readiness, requests, models, port', async () => {
  const { clock, gate, diary, unloaded, connectionsGone, stopper, statusNow } = setUp({ drainDelayMs: 500 });
  const request = deferred<void>();
  void gate.pass(() => request.promise);
  stopper.stop(0);
  assert.equal(gate.state, 'leaving');
  clock.advance(500);
  await settle();
  assert.deepEqual([gate.state, diary], ['leaving', ['close the door']]);
  connectionsGone.resolve();
  await settle();
  assert.equal(gate.state, 'closed');
  request.resolve();
  await settle();
  const doors = ['close the door', 'end idle connections'];
  assert.deepEqual(diary, [...doors, 'unload']);
  clock.advance(3000);
  unloaded.resolve();
  await settle();
  const rest = ['unload', 'remove files', 'close within 7000', 'close traces'];
  assert.deepEqual(diary, [...doors, ...rest]);
  assert.equal(statusNow(), 0);
});

test('behind a closed door, connections that stay are served for three seconds, and what they brought last for a moment more', async () => {
  const { clock, gate, stopper } = setUp({ drainDelayMs: 500 });
  stopper.stop(0);
  clock.advance(500);
  await settle();
  clock.advance(3000);
  await settle();
  clock.advance(499);
  await settle();
  assert.equal(gate.state, 'leaving');
  clock.advance(1);
  await settle();
  assert.equal(gate.state, 'closed');
});

test('whoever gives way closes the door at once and stays ready until the last connection has gone', async () => {
  const { gate, diary, unloaded, connectionsGone, stopper, statusNow } = setUp({ drainDelayMs: 500 });
  stopper.giveWay();
  await settle();
  assert.deepEqual([gate.state, diary, stopper.isStopping], ['open', ['close the door'], true]);
  connectionsGone.resolve();
  unloaded.resolve();
  await settle();
  assert.equal(gate.state, 'closed');
  assert.equal(statusNow(), 0);
});

test('requests and models that do not end in time share one limit', async () => {
  const { clock, gate, diary, stopper, statusNow } = setUp({ drainTimeoutMs: 1000 });
  void gate.pass(() => new Promise(() => {}));
  stopper.stop(0);
  await settle();
  clock.advance(999);
  await settle();
  assert.deepEqual(diary, ['leave']);
  clock.advance(1);
  await settle();
  assert.deepEqual(diary, ['leave', 'unload', 'remove files', 'close within 500', 'close traces']);
  assert.equal(statusNow(), 0);
});

test('a second wish ends the wait, but not one that is the first passed on twice', async () => {
  const { clock, gate, stopper, statusNow } = setUp();
  void gate.pass(() => new Promise(() => {}));
  stopper.stop(0);
  clock.advance(100);
  stopper.stop(0);
  await settle();
  assert.equal(statusNow(), null);
  clock.advance(900);
  stopper.stop(0);
  await settle();
  assert.equal(statusNow(), 1);
});
