import assert from 'node:assert/strict';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  type Authority,
  authority,
  type Pair,
  pemFolder,
  withoutOpenssl,
} from '../../test/support/certificates.js';
import { eventually } from '../../test/support/eventually.js';
import { hearLog } from '../../test/support/heard.js';
import { WallClock } from '../../test/support/wall-clock.js';
import { Credentials, LOOK_INTERVAL_MS, TICKET_KEYS_MS } from './credentials.js';

const DAY_MS = 86_400_000;

interface Stage {
  readonly ca: Authority;
  readonly clock: WallClock;
  readonly credentials: Credentials;
  /** How often ports were told to take a new context. */
  readonly changes: () => number;
  readonly log: readonly string[];
  /** Puts a pair where the server looks. */
  place(pair: Pair): void;
  readonly files: { readonly certFile: string; readonly keyFile: string };
}

function stage(t: TestContext, days = 365): Stage {
  const folder = pemFolder((end) => t.after(end));
  const ca = authority(folder);
  const files = { certFile: join(folder, 'live.pem'), keyFile: join(folder, 'live-key.pem') };
  const place = ({ certFile, keyFile }: Pair): void => {
    for (const [from, to] of [
      [certFile, files.certFile],
      [keyFile, files.keyFile],
    ] as const) {
      copyFileSync(from, `${to}.new`);
      renameSync(`${to}.new`, to);
    }
  };
  place(ca.issue('first', { days }));
  const clock = new WallClock();
  const credentials = new Credentials(
    { ...files, clientCaFile: null, clientAuth: 'require', covers: 'all', hstsSeconds: 0 },
    clock,
  );
  t.after(() => credentials.stop());
  let count = 0;
  credentials.onChange(() => count++);
  return { ca, clock, credentials, changes: () => count, log: hearLog(t), place, files };
}

describe('the certificate of a running server', { skip: withoutOpenssl }, () => {
  it('is told when it begins, and is looked at again and again', async (t) => {
    const { ca, clock, credentials, changes, log, place } = stage(t);
    credentials.start();
    assert.match(log[0] ?? '', /^INFO TLS with the certificate 'CN=first', valid until .* GMT$/);
    place(ca.issue('second', { days: 60 }));
    clock.advance(LOOK_INTERVAL_MS - 1);
    assert.equal(changes(), 0);
    clock.advance(1);
    await eventually(
      async () => new Promise<number>((seen) => setImmediate(() => seen(changes()))),
      (n) => n === 1,
    );
    assert.equal(credentials.facts.subject, 'CN=second');
    assert.match(log[1] ?? '', /^INFO a new TLS certificate 'CN=second', valid until .* GMT$/);
    // The next look is due.
    assert.equal(clock.timers, 1);
  });

  it('is not made anew where nothing has changed', async (t) => {
    const { ca, credentials, changes, log, place, files } = stage(t);
    await credentials.look();
    await credentials.look();
    copyFileSync(files.certFile, `${files.certFile}.copy`);
    renameSync(`${files.certFile}.copy`, files.certFile);
    await credentials.look();
    credentials.reload();
    assert.equal(changes(), 0);
    assert.deepEqual(log, []);
    place(ca.issue('second'));
    await credentials.look();
    assert.equal(changes(), 1);
  });

  it('stays while the new files are broken, which is told once, when two looks have seen it', async (t) => {
    const { ca, credentials, changes, log, place, files } = stage(t);
    const second = ca.issue('second');
    copyFileSync(second.certFile, files.certFile);
    await credentials.look();
    assert.deepEqual(log, []);
    await credentials.look();
    await credentials.look();
    const told = `WARN the TLS files are not taken over, and the certificate of before goes on: ${files.keyFile} is not the key of the certificate in ${files.certFile}`;
    assert.deepEqual(log, [told]);
    assert.equal(credentials.facts.subject, 'CN=first');
    assert.equal(changes(), 0);
    place(second);
    await credentials.look();
    assert.equal(credentials.facts.subject, 'CN=second');
    assert.equal(changes(), 1);
  });

  it('stays while files are gone or another fault follows, and each fault is told', async (t) => {
    const { ca, credentials, log, place, files } = stage(t);
    renameSync(files.keyFile, `${files.keyFile}.away`);
    for (let look = 0; look < 3; look++) await credentials.look();
    writeFileSync(files.certFile, 'nothing');
    for (let look = 0; look < 3; look++) await credentials.look();
    assert.equal(log.length, 2, log.join('\n'));
    assert.match(log[0] ?? '', /live-key\.pem cannot be read: there is no such file$/);
    assert.match(log[1] ?? '', /live\.pem holds no certificate/);
    place(ca.issue('second'));
    await credentials.look();
    assert.equal(credentials.facts.subject, 'CN=second');
  });

  it('is told of at once where a reload is asked for', (t) => {
    const { credentials, log, files } = stage(t);
    writeFileSync(files.keyFile, '');
    credentials.reload();
    assert.match(
      log[0] ?? '',
      /^WARN the TLS files are not taken over, .* holds no private key that can be read/,
    );
  });

  it('says when files that were broken are as before', (t) => {
    const { ca, credentials, changes, log, place } = stage(t);
    const second = ca.issue('second');
    place(second);
    credentials.reload();
    place({ ...second, keyFile: ca.keyFile });
    credentials.reload();
    place(second);
    credentials.reload();
    assert.equal(log.at(-1), 'INFO the TLS files are in order again, and the same as before');
    assert.equal(changes(), 1);
  });

  it('warns when it comes to its end: at every stage once', async (t) => {
    const { clock, credentials, log } = stage(t, 20);
    await credentials.look();
    assert.deepEqual(log, []);
    const warnings = async (days: number): Promise<string> => {
      const before = log.length;
      clock.advance(days * DAY_MS);
      await credentials.look();
      await credentials.look();
      return log
        .slice(before)
        .join('|')
        .replace(/'CN=first'|: it is valid until .*$/g, '');
    };
    assert.equal(await warnings(7), 'WARN the TLS certificate  expires in less than 14 days');
    assert.equal(await warnings(1), '');
    assert.equal(await warnings(6), 'WARN the TLS certificate  expires in less than 7 days');
    assert.equal(await warnings(5.5), 'WARN the TLS certificate  expires in less than a day');
    assert.equal(await warnings(1), 'WARN the TLS certificate  has expired');
  });

  it('gets new keys for session tickets every day', async (t) => {
    const { clock, credentials, changes } = stage(t);
    clock.advance(TICKET_KEYS_MS - 1);
    await credentials.look();
    assert.equal(changes(), 0);
    clock.advance(1);
    await credentials.look();
    await credentials.look();
    assert.equal(changes(), 1);
  });
});
