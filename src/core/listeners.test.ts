import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listeners } from './listeners.js';

test('everyone hears each time, until they do not want to', () => {
  const listeners = new Listeners();
  const heard: string[] = [];
  const call = (): void => void heard.push('same');
  const [off] = [listeners.add(call), listeners.add(call), listeners.add(() => heard.push('other'))];
  listeners.tell();
  off();
  off();
  listeners.tell();
  assert.deepEqual(heard, ['same', 'same', 'other', 'same', 'other']);
});

test('a listener may leave, and another come, while they are told', () => {
  const listeners = new Listeners();
  const heard: string[] = [];
  const off = listeners.add(() => {
    heard.push('leaves');
    off();
    listeners.add(() => heard.push('came'));
  });
  listeners.add(() => heard.push('stays'));
  listeners.tell();
  assert.deepEqual(heard, ['leaves', 'stays']);
});
