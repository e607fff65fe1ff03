import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { MisuseWatch } from './misuse-watch.js';
import { RefusalCounts } from './refusal-counts.js';

const TERMS = { most: 10, perSecond: 1 };
const PROXY = '10.0.0.1';

function watch(mostNetworks = 100) {
  const clock = new FakeClock();
  const refusals = new RefusalCounts();
  const networkOf = (address: string): string | null => (address === PROXY ? null : address);
  const misuse = new MisuseWatch({ terms: TERMS, what: 'resets' }, networkOf, refusals, clock, mostNetworks);
  return { clock, refusals, misuse };
}

test('connections of one network have one account, and only its new ones are refused', () => {
  const { misuse, refusals } = watch();
  assert.equal(misuse.of('a').charge(6), false);
  assert.equal(misuse.of('a').charge(4), false);
  assert.ok(misuse.admits('a'));
  assert.equal(misuse.of('a').charge(1), true);
  assert.equal(misuse.admits('a'), false);
  assert.ok(misuse.admits('b'));
  assert.equal(refusals.connections.get('misuse'), 1);
});

test('it is admitted again when its time is over, and refused for longer when it goes on', () => {
  const { misuse, clock } = watch();
  misuse.of('a').charge(11);
  clock.advance(999);
  assert.equal(misuse.admits('a'), false);
  clock.advance(1);
  assert.ok(misuse.admits('a'));
  misuse.of('a').charge(11);
  clock.advance(1999);
  assert.equal(misuse.admits('a'), false);
  clock.advance(1);
  assert.ok(misuse.admits('a'));
});

test('a balancer whose clients are answered as often as they break off is not refused, however many they are', () => {
  const { misuse } = watch();
  const [one, other] = [misuse.of('a'), misuse.of('a')];
  for (let i = 0; i < 10_000; i++) {
    assert.equal(one.charge(1), false);
    other.answered();
  }
  assert.ok(misuse.admits('a'));
});

test('a trusted proxy, and an address that is not known any more, are never refused', () => {
  const { misuse } = watch();
  for (const address of [PROXY, null]) {
    assert.equal(misuse.of(address).charge(1000), false);
    assert.ok(misuse.admits(address));
  }
  assert.equal(misuse.size, 0);
});

test('networks that cost nothing are not remembered, and of the others so many', () => {
  const { misuse } = watch(3);
  misuse.of('quiet').answered();
  assert.equal(misuse.size, 0);
  for (const address of ['a', 'b', 'c']) misuse.of(address).charge(11);
  misuse.of('a').charge(1);
  misuse.of('d').charge(11);
  assert.equal(misuse.size, 3);
  assert.ok(misuse.admits('b'), 'the one that was quiet for longest is forgotten');
  assert.equal(misuse.admits('a'), false);
});
