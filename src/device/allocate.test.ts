import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocate } from './allocate.js';
import { coresIn, type DeviceFile, modeOf, nameOf } from './npu.js';
import { type NpuItem, parseSelector } from './selector.js';
import { simulatedWarboys } from './simulated.js';

const warboys = (count: number): readonly DeviceFile[] =>
  simulatedWarboys(count).flatMap(({ files }) => files);

const rngd: readonly DeviceFile[] = [null, [0, 0], [1, 1], [0, 1], [2, 2], [3, 3], [2, 3], [0, 3]].map(
  (range) => {
    const cores = range === null ? null : { first: range[0] ?? 0, last: range[1] ?? 0 };
    const covers = coresIn(cores ?? { first: 0, last: 3 });
    return { arch: 'rngd', device: 0, cores, covers, mode: modeOf(cores), path: null };
  },
);

function npuItems(selector: string): readonly NpuItem[] {
  return parseSelector(selector).filter((item) => item.kind === 'npu' || item.kind === 'warboy');
}

/** The chosen names, or the message. `busy` lists taken PEs as `card:pe`. */
function chosen(selector: string, files: readonly DeviceFile[], busy: readonly string[]): string {
  const isBusy = (file: DeviceFile): boolean =>
    file.covers.some((core) => busy.includes(`${file.device}:${core}`));
  const allocation = allocate(npuItems(selector), files, isBusy);
  return allocation.kind === 'chosen' ? allocation.files.map(nameOf).join() : allocation.message;
}

const rows: [selector: string, cards: number, busy: string[], expected: string][] = [
  // The original's own vectors.
  ['warboy(1)*4', 2, [], 'npu:0:0,npu:0:1,npu:1:0,npu:1:1'],
  ['warboy(1)*5', 2, [], 'Device warboy(1)*5 not found'],
  ['warboy(1)*1,npu:0:0', 2, [], 'npu:0:0,npu:0:1'],
  ['warboy(2)*1,npu:0:0', 2, [], 'npu:0:0,npu:1:0-1'],
  ['warboy(1)*1,npu:0:0-1', 2, [], 'npu:0:0-1,npu:1:0'],
  ['npu:2:0', 2, [], 'Device npu:2:0 not found'],
  // Its rules, one by one.
  ['npu:0', 1, [], 'npu:0'],
  ['npu0pe1', 1, [], 'npu:0:1'],
  ['npu:0:0-3', 1, [], 'Device npu:0:0-3 not found'],
  ['warboy*2', 1, [], 'npu:0:0,npu:0:1'],
  ['warboy*3', 1, [], 'Device warboy(1)*3 not found'],
  ['warboy(2)*1', 1, [], 'npu:0:0-1'],
  ['warboy(2)*2', 1, [], 'Device warboy(2)*2 not found'],
  ['npu:1:0,npu:0:1', 2, [], 'npu:1:0,npu:0:1'],
  ['warboy(1)*1,warboy(2)*1', 2, [], 'npu:0:0,npu:1:0-1'],
  ['warboy(1)*2,warboy(1)*1', 2, [], 'npu:0:0,npu:0:1,npu:1:0'],
  ['warboy(2)*1,npu:0', 1, [], 'Device warboy(2)*1 not found'],
  ['warboy(1)*1', 0, [], 'Device warboy(1)*1 not found'],
  // Taken PEs.
  ['warboy(1)*1', 1, ['0:0'], 'npu:0:1'],
  ['warboy(1)*2', 1, ['0:0'], 'Device warboy(1)*2 found but still in use'],
  ['warboy(2)*1', 1, ['0:1'], 'Device warboy(2)*1 found but still in use'],
  ['warboy(2)*1', 2, ['0:1'], 'npu:1:0-1'],
  ['npu:0', 1, ['0:1'], 'Device npu:0 found but still in use'],
  ['npu:0:0', 1, ['0:1'], 'npu:0:0'],
  ['npu:0:1', 1, ['0:1'], 'Device npu:0:1 found but still in use'],
  // Where the original's order finds no pair although one could be left free.
  ['warboy(1)*1,warboy(2)*1', 2, ['1:0'], 'npu:1:1,npu:0:0-1'],
  ['warboy(1)*1,warboy(2)*1,warboy(1)*1', 3, ['1:0', '2:1'], 'npu:1:1,npu:0:0-1,npu:2:0'],
  ['npu:0:0,warboy(1)*1,warboy(2)*1', 3, ['0:1', '2:1'], 'npu:0:0,npu:2:0,npu:1:0-1'],
  ['warboy(1)*1,warboy(2)*1', 2, ['1:0', '0:1'], 'Device warboy(2)*1 found but still in use'],
];

for (const [selector, cards, busy, expected] of rows) {
  const taken = busy.length > 0 ? `, ${busy.join(' and ')} taken` : '';
  test(`${selector} of ${cards} cards${taken}: ${expected}`, () => {
    assert.equal(chosen(selector, warboys(cards), busy), expected);
  });
}

test('the order in which files were found does not matter', () => {
  assert.equal(chosen('warboy(1)*4', [...warboys(2)].reverse(), []), 'npu:0:0,npu:0:1,npu:1:0,npu:1:1');
});

test('PEs of an RNGD are named, and never stand for a Warboy', () => {
  assert.equal(chosen('npu:0:0-3', rngd, []), 'npu:0:0-3');
  assert.equal(chosen('npu:0:2-3,npu:0:0-1', rngd, []), 'npu:0:2-3,npu:0:0-1');
  assert.equal(chosen('npu:0:0-3', rngd, ['0:2']), 'Device npu:0:0-3 found but still in use');
  assert.equal(chosen('warboy(1)*1', rngd, []), 'Device warboy(1)*1 not found');
});

test('a Warboy and an RNGD of the same index are two cards', () => {
  const both = [...rngd, ...warboys(1)];
  assert.equal(chosen('npu:0:0-3,warboy(2)*1', both, []), 'npu:0:0-3,npu:0:0-1');
});
