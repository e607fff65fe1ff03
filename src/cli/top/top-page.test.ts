import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { widthOf } from '#cli/printable.js';
import { COLOURED, PLAIN } from '#cli/terminal.js';
import { countsOf, sampleAt, versionOf } from '../../../test/support/top-samples.js';
import { NOTHING_SEEN, type Seen } from './look.js';
import { durationText, plainPage, topPage } from './top-page.js';
import { msText, rateText } from './top-table.js';
import { FIRST_VIEW } from './view.js';

const URL = 'http://localhost:8080';

function seenOf(models: readonly string[], failure: string | null = null): Seen {
  const busy = (count: number): readonly ReturnType<typeof versionOf>[] =>
    models.map((model, i) =>
      versionOf(model, {
        counts: countsOf({
          succeeded: count * (i + 1),
          runs: count,
          rows: count * 2,
          latency: [count, 0, 0, 0, 0],
          waiting: i,
        }),
      }),
    );
  return { before: sampleAt(3600, busy(0), 0), now: sampleAt(3602, busy(100), 1000), failure };
}

const HEAD = `furiosa-server 0.1.0 at ${URL}, ready, up 1 h 0 min, 150 requests/s, 0.5 CPUs, 120.0 MB`;

describe('a page of top', () => {
  it('fills the terminal: server, table, keys', () => {
    assert.deepEqual(topPage(seenOf(['iris', 'mnist']), FIRST_VIEW, URL, { columns: 102, rows: 8 }, PLAIN), [
      HEAD,
      '',
      'MODEL  VERSION  STATE  REQ/S*   ERR/S      P50      P99   WAIT   ROWS   MEMORY  DEVICE',
      'mnist  1        READY     100       0  0.50 ms  0.99 ms      1    2.0   2.1 MB  cpu',
      'iris   1        READY    50.0       0  0.50 ms  0.99 ms      0    2.0   2.1 MB  cpu',
      '',
      '',
      'by REQ/S  q quit  s sort  p pause  / filter  up, down scroll',
    ]);
  });

  const many = Array.from({ length: 40 }, (_, i) => `model-${i}-한국어`);
  for (const columns of [10, 20, 33, 50, 60, 80, 120]) {
    for (const rows of [1, 3, 5, 24]) {
      it(`is ${columns} wide and ${rows} high at most, however much there is to tell`, () => {
        const seen = seenOf(many, 'no answer, for a reason that takes a while to explain');
        const page = topPage(seen, { ...FIRST_VIEW, filter: 'model' }, URL, { columns, rows }, PLAIN);
        assert.equal(page.length, rows);
        for (const line of page) assert.ok(widthOf(line) <= columns, line);
      });
    }
  }

  it('leaves out first what matters least', () => {
    const titles = (columns: number): string =>
      topPage(seenOf(['mnist']), FIRST_VIEW, URL, { columns, rows: 8 }, PLAIN)[2] ?? '';
    assert.match(titles(80), /^MODEL +VERSION +STATE +REQ\/S\* +ERR\/S +P50 +P99 +WAIT +ROWS +MEMORY$/);
    assert.match(titles(60), /^MODEL +VERSION +STATE +REQ\/S\* +ERR\/S +P50 +P99$/);
    assert.match(titles(36), /^MODEL +VERSION +REQ\/S\* +P99$/);
    assert.match(titles(24), /^MODEL +VERSION +REQ\/S\*$/);
  });

  it('says that the server is away, and keeps what was seen', () => {
    const [head, trouble, , row] = topPage(
      seenOf(['mnist'], 'furiosa top: no answer'),
      FIRST_VIEW,
      URL,
      { columns: 100, rows: 8 },
      PLAIN,
    );
    assert.match(head ?? '', /^furiosa-server 0\.1\.0/);
    assert.equal(trouble, 'trying again: furiosa top: no answer');
    assert.match(row ?? '', /^mnist/);
    const [waiting] = topPage(NOTHING_SEEN, FIRST_VIEW, URL, { columns: 100, rows: 8 }, PLAIN);
    assert.equal(waiting, `waiting for ${URL}`);
  });

  it('says what is chosen', () => {
    const last = (view: Partial<typeof FIRST_VIEW>): string =>
      topPage(seenOf(many), { ...FIRST_VIEW, ...view }, URL, { columns: 120, rows: 8 }, PLAIN).at(-1) ?? '';
    assert.match(last({ isPaused: true, sort: 'P99' }), /^PAUSED {2}by P99 {2}q quit/);
    assert.match(last({ filter: '1', scroll: 2 }), /^filter: 1 {2}by REQ\/S {2}from 3 of 13 {2}q quit/);
    assert.equal(last({ filter: 'mn', isTyping: true }), 'filter: mn_  (enter to keep, escape to leave out)');
  });

  it('names no control character, and bold is only where it is wanted', () => {
    const page = topPage(seenOf(['a\u001b[2Jb']), FIRST_VIEW, URL, { columns: 100, rows: 8 }, PLAIN).join('');
    assert.ok(page.includes('a\\x1b[2Jb') && !page.includes('\u001b'));
    const coloured = topPage(seenOf(['a']), FIRST_VIEW, URL, { columns: 100, rows: 8 }, COLOURED);
    assert.deepEqual(
      coloured.map((line) => line.includes('\u001b')),
      [false, false, true, false, false, false, false, false],
    );
  });

  it('stands in a file whole, without keys', () => {
    const page = plainPage(seenOf(['mnist']), URL, null, PLAIN);
    assert.deepEqual(page.split('\n').slice(1), [
      '',
      'MODEL  VERSION  STATE   REQ/S   ERR/S      P50      P99   WAIT   ROWS   MEMORY  DEVICE',
      'mnist  1        READY    50.0       0  0.50 ms  0.99 ms      0    2.0   2.1 MB  cpu',
      '',
    ]);
    const none = plainPage({ ...NOTHING_SEEN, now: sampleAt(1, []) }, URL, null, PLAIN);
    assert.match(none, /, ready, up 1 s, 120\.0 MB\n\nNo models\.\n$/);
  });
});

it('numbers have as many digits as count', () => {
  assert.deepEqual([null, 0, 0.04, 0.5, 99.94, 99.96, 12345.6].map(rateText), [
    null,
    '0',
    '0.0',
    '0.5',
    '99.9',
    '100',
    '12,346',
  ]);
  assert.deepEqual([null, 0.123, 9.994, 9.996, 99.94, 99.96, 9994, 9996, 60_000].map(msText), [
    null,
    '0.12 ms',
    '9.99 ms',
    '10.0 ms',
    '99.9 ms',
    '100 ms',
    '9994 ms',
    '10.0 s',
    '60.0 s',
  ]);
  assert.deepEqual([0, 59_999, 60_000, 3_599_000, 3_600_000, 90_061_000].map(durationText), [
    '0 s',
    '59 s',
    '1 min 0 s',
    '59 min 59 s',
    '1 h 0 min',
    '1 d 1 h',
  ]);
});
