import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogControl } from '#core/log-settings.js';
import { newFacts, requestChannel, streamedRequestChannel } from '#core/request-record.js';
import type { RequestShare } from '#core/request-share.js';
import { isTold, startAccessLog } from './access-log.js';

const told: [share: RequestShare, code: number | null, toss: number, isTold: boolean][] = [
  ['off', 200, 0, false],
  ['off', 500, 0, false],
  [0, 200, 0, false],
  [0, 400, 0.99, true],
  [0, null, 0.99, true],
  [0.01, 200, 0.009, true],
  [0.01, 200, 0.01, false],
  [0.01, 404, 0.99, true],
  [1, 200, 0.999999, true],
];

for (const [share, code, toss, expected] of told) {
  test(`of ${share}, ${code} at a toss of ${toss} is ${expected ? '' : 'not '}told`, () => {
    assert.equal(
      isTold({ transport: 'http', code }, share, () => toss),
      expected,
    );
  });
}

test('it listens only while somebody asks for requests', (t) => {
  const control = new LogControl('INFO');
  const heard: unknown[] = [];
  const stop = startAccessLog(control, (record) => heard.push(record));
  t.after(stop);
  const publish = (): void => {
    requestChannel.publish({ transport: 'http', code: 200 });
    streamedRequestChannel.publish({ transport: 'grpc', code: 0 });
  };
  assert.equal(newFacts(), undefined);
  assert.equal(newFacts(streamedRequestChannel), undefined);
  publish();
  assert.equal(heard.length, 0);

  control.change({ requests: 1 });
  control.change({ info: false });
  assert.notEqual(newFacts(), undefined);
  publish();
  assert.equal(heard.length, 2);

  control.change({ requests: 'off' });
  assert.equal(requestChannel.hasSubscribers, false);
  publish();
  assert.equal(heard.length, 2);

  control.change({ requests: 0 });
  stop();
  assert.equal(requestChannel.hasSubscribers || streamedRequestChannel.hasSubscribers, false);
  control.change({ requests: 1 });
  assert.equal(requestChannel.hasSubscribers, false);
});
