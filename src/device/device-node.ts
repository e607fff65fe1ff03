import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Cores } from './cores.js';

const log = loggerOf('device::discover');

/**
 * Whether a directory entry can be a device file: a character device under `/dev`, and under any other root a plain file
 * too, since only the kernel's owner can make character devices.
 */
export function isDeviceNode(devRoot: string, stats: Pick<Stats, 'isCharacterDevice' | 'isFile'>): boolean {
  return stats.isCharacterDevice() || (devRoot !== '/dev' && stats.isFile());
}

/** A file that the driver made for a card or for PEs of it. */
export interface DeviceNode {
  readonly device: number;
  readonly cores: Cores | null;
  readonly path: string;
}

/** What the driver numbers fits in a byte; a name beyond that is not the driver's. */
const LARGEST_NUMBER = 255;

/** The card and PEs that a file name stands for, or null: `npu0_mgmt`, `npu0ch0` and `npu0bar0` fall out here. */
export function parseFileName(name: string): Omit<DeviceNode, 'path'> | null {
  const parts = /^npu(\d+)(?:pe(\d+)(?:-(\d+))?)?$/.exec(name);
  if (!parts) return null;
  const [, device, first, last] = parts;
  const numbers = [device, first ?? '0', last ?? first ?? '0'].map(Number);
  if (numbers.some((number) => number > LARGEST_NUMBER)) return null;
  const [index = 0, from = 0, to = 0] = numbers;
  if (first === undefined) return { device: index, cores: null };
  if (last !== undefined && to <= from) return null;
  return { device: index, cores: { first: from, last: to } };
}

/** The device files in a folder of devRoot, by name. A folder that is not there has none. */
export async function findNodes(devRoot: string, folderName: string): Promise<readonly DeviceNode[]> {
  const folder = join(devRoot, folderName);
  const nodes: DeviceNode[] = [];
  for (const name of await namesIn(folder)) {
    const parsed = parseFileName(name);
    const path = join(folder, name);
    if (parsed !== null && (await isNodeAt(devRoot, path))) nodes.push({ ...parsed, path });
  }
  return nodes;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') log.warn(`No NPU is looked for: ${messageOf(error)}`);
    return [];
  }
}

async function isNodeAt(devRoot: string, path: string): Promise<boolean> {
  try {
    return isDeviceNode(devRoot, await stat(path));
  } catch {
    return false; // It went away between the listing and the look.
  }
}

/** The files of each card, cards by index. */
export function groupByCard(
  nodes: readonly DeviceNode[],
): readonly [index: number, nodes: readonly DeviceNode[]][] {
  const groups = new Map<number, DeviceNode[]>();
  for (const node of nodes) groups.set(node.device, [...(groups.get(node.device) ?? []), node]);
  return [...groups].sort(([a], [b]) => a - b);
}
