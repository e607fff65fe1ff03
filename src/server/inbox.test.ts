import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inbox } from './inbox.js';

function inboxOf(room: number): { readonly inbox: Inbox<number>; readonly heard: string[] } {
  const heard: string[] = [];
  const inbox = new Inbox<number>(room, {
    full: () => heard.push('full'),
    wanted: () => heard.push('wanted'),
  });
  return { inbox, heard };
}

test('what was put in comes out in order, before and after it is asked for', async () => {
  const { inbox } = inboxOf(8);
  inbox.put(1);
  inbox.put(2);
  const all = (async () => {
    const seen: number[] = [];
    for await (const item of inbox) seen.push(item);
    return seen;
  })();
  await new Promise((resolve) => setImmediate(resolve));
  inbox.put(3);
  inbox.end();
  inbox.put(4);
  assert.deepEqual(await all, [1, 2, 3]);
});

test('the producer hears when it is full, and when it is empty again', async () => {
  const { inbox, heard } = inboxOf(2);
  inbox.put(1);
  assert.deepEqual(heard, []);
  inbox.put(2);
  assert.deepEqual(heard, ['full']);
  const items = inbox[Symbol.asyncIterator]();
  await items.next();
  assert.deepEqual(heard, ['full']);
  await items.next();
  assert.deepEqual(heard, ['full', 'wanted']);
});

test('a failure drops what lies there and reaches whoever waits', async () => {
  const { inbox } = inboxOf(8);
  inbox.put(1);
  inbox.fail(new Error('gone'));
  await assert.rejects(inbox[Symbol.asyncIterator]().next(), /gone/);
  const waiting = inboxOf(8).inbox;
  const next = waiting[Symbol.asyncIterator]().next();
  waiting.fail(new Error('gone'));
  await assert.rejects(next, /gone/);
});
