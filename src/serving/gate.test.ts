import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { Gate } from './gate.js';

test('leaving is told once, to those who still listen', () => {
  const gate = new Gate();
  const heard: string[] = [];
  gate.onLeave(() => heard.push('stays'));
  const callOff = gate.onLeave(() => heard.push('left before'));
  callOff();
  gate.leave();
  gate.leave();
  void gate.close();
  gate.onLeave(() => heard.push('too late'));
  assert.deepEqual(heard, ['stays']);
});

test('a gate that closes without leaving first tells it too', () => {
  const gate = new Gate();
  const heard: string[] = [];
  gate.onLeave(() => heard.push(gate.state));
  void gate.close();
  assert.deepEqual([heard, gate.state], [['leaving'], 'closed']);
});

test('a closed gate lets nobody in, and is empty when the last one is out', async () => {
  const gate = new Gate();
  const work = deferred<string>();
  const inside = gate.pass(() => work.promise);
  let isEmpty = false;
  const emptied = gate.close().then(() => {
    isEmpty = true;
  });
  await assert.rejects(
    gate.pass(async () => 'in'),
    { code: 'UNAVAILABLE' },
  );
  await new Promise(setImmediate);
  assert.equal(isEmpty, false);
  work.resolve('out');
  assert.equal(await inside, 'out');
  await emptied;
  assert.equal(gate.inside, 0);
});
