import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { closedUrl } from '../../../test/support/answering-server.js';
import { runCommand } from '../../../test/support/command-run.js';
import { aroundBetween, evenQuantiles } from './measure.js';
import { type ModelLook, runsBetween } from './model-look.js';
import { readRate } from './rate.js';

const folder = mkdtempSync(join(tmpdir(), 'furiosa-plan-'));
after(() => rmSync(folder, { recursive: true }));

const PROFILE = {
  ...{ model: 'm', version: '1', instances: 1, threads: 1, cores: 2, most_rows: 1 },
  ...{ runs: [{ rows: 1, ms: 8.1, count: 100 }], around_ms: 0.1, alone_ms: [8.4] },
  ...{ instance_bytes: 20e6, process_bytes: 100e6, request_bytes: 900, answer_bytes: 100 },
};

function profileFile(changes: object = {}): string {
  const path = join(folder, 'profile.json');
  writeFileSync(path, JSON.stringify({ ...PROFILE, ...changes }));
  return path;
}

const TARGET = ['--rate', '300/s', '--p99-ms', '50'];

describe('furiosa plan, from a file', () => {
  it('prints how many servers, what they do, and what is left when one is lost', async () => {
    const { status, out, error } = await runCommand(['plan', '--profile', profileFile(), ...TARGET]);
    assert.deepEqual([status, error], [0, '']);
    assert.match(
      out,
      /^\d servers of 1 instance, 2 cores, 120\.0 MB for m: 300 requests\/s with a p99 of 50 ms\n\nSERVERS /,
    );
    assert.match(out, /\nall \d +\d+ +[\d.]+ ms +[\d.]+ ms +\d+ % +\d+ % +\d+ % +1\.0\n/);
    assert.match(
      out,
      /\nOne server is saturated at 123 requests\/s: its instances are at work all the time\.\n/,
    );
    assert.match(out, /\nRequests and answers are 300\.0 kB in a second\.\n$/);
  });

  it('--json prints the same for programs', async () => {
    const argv = ['plan', 'm', '--profile', profileFile(), ...TARGET, '--spare', '1', '--json'];
    const { status, out } = await runCommand(argv);
    const plan = JSON.parse(out);
    assert.equal(status, 0);
    assert.deepEqual(plan.server, { instances: 1, cores: 2, memory_bytes: 120e6 });
    assert.ok(plan.all.p99_ms < plan.one_lost.p99_ms && plan.one_lost.p99_ms <= 50);
    assert.ok(Math.abs(plan.all.load * plan.servers * plan.saturation.requests_per_second - 300) < 1e-6);
  });

  it('says what was not measured', async () => {
    const path = profileFile({ around_ms: null, alone_ms: [] });
    const { out } = await runCommand(['plan', '--profile', path, ...TARGET]);
    assert.match(
      out,
      /\nNot known: what a request costs beside its run; .*\nNot known: the way from and to clients/,
    );
  });

  it('--save alone writes what was read', async () => {
    const copy = join(folder, 'copy.json');
    const argv = ['plan', '--profile', profileFile(), '--save', copy];
    assert.deepEqual(await runCommand(argv), {
      status: 0,
      out: '',
      error: `furiosa plan: ${copy} has what m costs\n`,
    });
    assert.deepEqual(JSON.parse(readFileSync(copy, 'utf8')), PROFILE);
  });
});

describe('what cannot be planned gets one sentence', () => {
  const profile = profileFile();
  const rows: readonly (readonly [argv: readonly string[], status: number, sentence: string])[] = [
    [['m', '--p99-ms', '5'], 2, "the rate is missing: '--rate 500/s'"],
    [['m', '--rate', '5'], 2, "the latency is missing: '--p99-ms 50'"],
    [
      ['m', '--rate', 'much', '--p99-ms', '5'],
      2,
      "option '--rate' must be a number of requests above 0, such as 500/s, 20/min or 1000/h; 'much' was given",
    ],
    [
      ['m', '--rate', '0/s', '--p99-ms', '5'],
      2,
      "option '--rate' must be a number of requests above 0, such as 500/s, 20/min or 1000/h; '0/s' was given",
    ],
    [
      ['m', '--rate', '5', '--p99-ms', '-5'],
      2,
      "option '--p99-ms' must be a number of milliseconds, 0.001 or more; '-5' was given",
    ],
    [TARGET, 2, "the NAME of a model is missing, or '--profile' with a file"],
    [
      [...TARGET, 'm', '--request', 'r.json'],
      2,
      "'--request' says what to measure with and is used with '--measure'",
    ],
    [
      [...TARGET, '--profile', profile, '--measure', '5'],
      2,
      "'--measure' is about a server and cannot be used with '--profile'",
    ],
    [[...TARGET, 'x', '--profile', profile], 2, `${profile} is about 'm' and not about 'x'`],
    [
      ['--rate', '5', '--p99-ms', '5', '--profile', profile],
      1,
      'a p99 of 5 ms is less than one run alone takes (8.1 ms)',
    ],
    [
      ['--rate', '5', '--p99-ms', '8.2', '--profile', profile],
      1,
      'a p99 of 8.2 ms is less than 99 of 100 requests take that are alone in a server (8.4 ms)',
    ],
  ];
  for (const [argv, status, sentence] of rows) {
    it(sentence, async () => {
      assert.deepEqual(await runCommand(['plan', ...argv]), {
        status,
        out: '',
        error: `furiosa plan: ${sentence}\n`,
      });
    });
  }

  const faults: readonly (readonly [object, string])[] = [
    [{ model: 7 }, 'model is not text'],
    [{ runs: [] }, 'runs is empty'],
    [{ runs: [{ rows: 1, ms: 0, count: 1 }] }, 'runs has numbers that are not above 0'],
    [{ instances: 0.5 }, 'instances is not an integer above 0'],
    [{ cores: 0 }, 'cores is not above 0'],
    [{ around_ms: -1 }, 'around_ms is below 0'],
    [{ alone_ms: [2, 1] }, 'alone_ms is not ascending'],
  ];
  for (const [changes, fault] of faults) {
    it(`a file in which ${fault}`, async () => {
      const path = profileFile(changes);
      const { status, error } = await runCommand(['plan', '--profile', path, ...TARGET]);
      assert.deepEqual([status, error], [1, `furiosa plan: ${path}: this is no profile: ${fault}\n`]);
      profileFile();
    });
  }

  it('a file that is no JSON, and one that is not there', async () => {
    const path = join(folder, 'text.json');
    writeFileSync(path, 'text');
    const text = await runCommand(['plan', '--profile', path, ...TARGET]);
    assert.match(text.error, /^furiosa plan: .*text\.json: this is no JSON: [^\n]*\n$/);
    const absent = await runCommand(['plan', '--profile', join(folder, 'absent'), ...TARGET]);
    assert.match(absent.error, /^furiosa plan: .*absent: ENOENT[^\n]*\n$/);
    assert.deepEqual([text.status, absent.status], [1, 1]);
  });

  it('a server that is away', async () => {
    const url = await closedUrl();
    const { status, error } = await runCommand(['plan', 'm', ...TARGET, '--url', url]);
    assert.equal(status, 1);
    assert.match(
      error,
      /^furiosa plan: no answer from \S+\/v2\/live: connect ECONNREFUSED .*; is a server running there\?\n$/,
    );
  });
});

describe('rates', () => {
  const rows: readonly (readonly [string, number | null])[] = [
    ['500/s', 500],
    ['500', 500],
    ['0.5/s', 0.5],
    ['120/min', 2],
    ['7200/h', 2],
    ['0', null],
    ['-1/s', null],
    ['5/d', null],
    ['', null],
    ['/s', null],
  ];
  for (const [text, perSecond] of rows)
    it(`'${text}' is ${perSecond}`, () => assert.equal(readRate(text), perSecond));
});

describe('what is measured', () => {
  const look: ModelLook = {
    ...{ version: '1', instances: 1, memoryBytes: null, runs: [], answered: 100, mainBusyMs: 50 },
    ...{ residentBytes: 0, modelsBytes: 0, cores: 2 },
  };

  it('is what came between two looks', () => {
    const before = [{ rows: 1, ms: 10, count: 10 }];
    const now = [
      { rows: 1, ms: 6, count: 20 },
      { rows: 2, ms: 3, count: 5 },
    ];
    assert.deepEqual(runsBetween(before, now), [
      { rows: 1, ms: 2, count: 10 },
      { rows: 2, ms: 3, count: 5 },
    ]);
    assert.deepEqual(runsBetween(now, now), []);
  });

  it('is what a request took of the main thread, where enough came', () => {
    assert.equal(aroundBetween(look, { ...look, answered: 200, mainBusyMs: 75 }), 0.25);
    assert.equal(aroundBetween(look, { ...look, answered: 149, mainBusyMs: 75 }), null);
    assert.equal(aroundBetween(look, { ...look, answered: 200, mainBusyMs: null }), null);
  });

  it('is told by even quantiles', () => {
    assert.deepEqual(evenQuantiles([4, 3, 2, 1], 2), [2, 4]);
    assert.deepEqual(evenQuantiles([2, 1], 4), [1, 2]);
  });
});
