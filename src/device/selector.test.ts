import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';
import { type DeviceItem, formatItem, parseSelector } from './selector.js';

const npu = (device: number, first?: number, last: number | undefined = first): DeviceItem => ({
  kind: 'npu',
  device,
  cores: first === undefined || last === undefined ? null : { first, last },
});
const warboy = (pes: 1 | 2, count: number): DeviceItem => ({ kind: 'warboy', pes, count });
const cpu = (threads: number | null, instances: number | null): DeviceItem => ({
  kind: 'cpu',
  threads,
  instances,
});
const cuda = (index: number): DeviceItem => ({ kind: 'cuda', index });

const read: [text: string, items: DeviceItem[], canonical: string][] = [
  ['npu:0', [npu(0)], 'npu:0'],
  ['npu0', [npu(0)], 'npu:0'],
  ['npu:0:0', [npu(0, 0)], 'npu:0:0'],
  ['npu0pe0', [npu(0, 0)], 'npu:0:0'],
  ['npu:0:0-1', [npu(0, 0, 1)], 'npu:0:0-1'],
  ['npu0pe0-1', [npu(0, 0, 1)], 'npu:0:0-1'],
  ['npu:255:4-255', [npu(255, 4, 255)], 'npu:255:4-255'],
  ['npu:007', [npu(7)], 'npu:7'],
  ['warboy*2', [warboy(1, 2)], 'warboy(1)*2'],
  ['warboy(1)*1', [warboy(1, 1)], 'warboy(1)*1'],
  ['warboy(2)*4', [warboy(2, 4)], 'warboy(2)*4'],
  ['npu:0:0,npu:0:1', [npu(0, 0), npu(0, 1)], 'npu:0:0,npu:0:1'],
  ['warboy(1)*1,npu0pe0', [warboy(1, 1), npu(0, 0)], 'warboy(1)*1,npu:0:0'],
  ['warboy(1)*1,warboy(1)*1', [warboy(1, 1), warboy(1, 1)], 'warboy(1)*1,warboy(1)*1'],
  ['npu:0,npu:1:0-1', [npu(0), npu(1, 0, 1)], 'npu:0,npu:1:0-1'],
  ['npu:0:0-1,npu:0:2-3', [npu(0, 0, 1), npu(0, 2, 3)], 'npu:0:0-1,npu:0:2-3'],
  ['cpu', [cpu(null, null)], 'cpu'],
  ['cpu*3', [cpu(null, 3)], 'cpu*3'],
  ['cpu(2)', [cpu(2, 1)], 'cpu(2)*1'],
  ['cpu(2)*4', [cpu(2, 4)], 'cpu(2)*4'],
  ['cuda:0', [cuda(0)], 'cuda:0'],
  ['cuda:1,cuda:0', [cuda(1), cuda(0)], 'cuda:1,cuda:0'],
];

for (const [text, items, canonical] of read) {
  test(`"${text}" is read, and printed as ${canonical}`, () => {
    assert.deepEqual(parseSelector(text), items);
    assert.equal(items.map(formatItem).join(','), canonical);
    assert.deepEqual(parseSelector(canonical), items);
  });
}

const refused: [text: string, reason: string][] = [
  ['', 'it is empty'],
  ['0', '"0" is not a device'],
  ['gpu:0', '"gpu:0" is not a device'],
  ['*1', '"*1" is not a device'],
  ['npu', '"npu" is not a device'],
  ['npu0pe', '"npu0pe" is not a device'],
  ['npu0pe0-', '"npu0pe0-" is not a device'],
  ['npu:0:', '"npu:0:" is not a device'],
  ['npu:0pe0', '"npu:0pe0" is not a device'],
  ['npu0:0', '"npu0:0" is not a device'],
  ['npu:-1', '"npu:-1" is not a device'],
  ['warboy()*1', '"warboy()*1" is not a device'],
  ['warboy(1)*1x', '"warboy(1)*1x" is not a device'],
  ['npu*10', '"npu*10" does not say which NPUs'],
  ['npu:0:*', '"npu:0:*" is written npu:0'],
  ['warboy', '"warboy" lacks the count'],
  ['warboy*', '"warboy*" lacks the count'],
  ['warboy(2)', '"warboy(2)" lacks the count'],
  ['Warboy(1)*1', '"Warboy(1)*1" has capital letters'],
  ['warboy(3)*1', '"warboy(3)*1" asks for 3 PEs of one Warboy'],
  ['warboy(0)*1', '"warboy(0)*1" asks for 0 PEs of one Warboy'],
  ['warboy*0', '"warboy*0" asks for no device'],
  ['rngd(1)*1', '"rngd(1)*1" asks for any RNGD'],
  ['npu:256', '"npu:256" has a number above 255'],
  ['npu:0:256', '"npu:0:256" has a number above 255'],
  ['npu0pe0-256', '"npu0pe0-256" has a number above 255'],
  ['warboy(1)*256', '"warboy(1)*256" has a number above 255'],
  [`npu:${'9'.repeat(400)}`, 'has a number above 255'],
  ['npu:0:1-0', '"npu:0:1-0" has a range of PEs that does not rise'],
  ['npu:0:1-1', '"npu:0:1-1" has a range of PEs that does not rise'],
  ['npu0pe0,', 'it has an empty item'],
  [',npu:0', 'it has an empty item'],
  ['npu:0,,npu:1', 'it has an empty item'],
  ['npu:0, npu:1', 'it has a space in it'],
  [' cpu', 'it has a space in it'],
  ['npu:0\n', 'it has a space in it'],
  ['npu:0:0,npu:0:0', 'it names "npu:0:0" twice'],
  ['npu0pe0,npu:0:0', 'it names "npu:0:0" twice'],
  ['npu:0:0,npu:0:0-1', '"npu:0:0" and "npu:0:0-1" share a PE'],
  ['npu:0:0-3,npu:0:2-5', '"npu:0:0-3" and "npu:0:2-5" share a PE'],
  ['npu:0:1,npu:0', '"npu:0:1" and "npu:0" share a PE'],
  ['cpu(0)', '"cpu(0)" asks for no thread'],
  ['cpu*0', '"cpu*0" asks for no instance'],
  ['cpu(2)*0', '"cpu(2)*0" asks for no instance'],
  ['cpu,cpu(2)*1', 'it names the cpu twice'],
  ['cuda', '"cuda" lacks the number of the device'],
  ['cuda:0,cuda:0', 'it names "cuda:0" twice'],
  ['cpu,npu:0', 'it mixes "cpu" with "npu:0"'],
  ['warboy(1)*1,cuda:0', 'it mixes "warboy(1)*1" with "cuda:0"'],
  ['cuda:0,cpu', 'it mixes "cuda:0" with "cpu"'],
  [Array.from({ length: 1025 }, (_, i) => `npu:${i % 256}:${i >> 8}`).join(), 'it has more than 1024 items'],
  ['x'.repeat(1000), `"${'x'.repeat(60)}…" is not a device`],
];

for (const [text, reason] of refused) {
  test(`${JSON.stringify(text).slice(0, 60)} is refused: ${reason}`, () => {
    assert.throws(
      () => parseSelector(text),
      (error) => {
        assert.ok(error instanceof ServingError);
        assert.equal(error.code, 'INVALID_ARGUMENT');
        assert.ok(
          error.message.startsWith(`${JSON.stringify(clip(text))} is not a device selector: `),
          error.message,
        );
        assert.ok(error.message.includes(reason), error.message);
        assert.ok(error.message.includes('for instance "npu:0:0,npu:0:1"'), error.message);
        return true;
      },
    );
  });
}
