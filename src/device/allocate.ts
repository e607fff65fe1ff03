import { widthOf } from './cores.js';
import { type DeviceFile, filesMeet } from './npu.js';
import { formatItem, type NpuItem } from './selector.js';

export type Allocation =
  | { readonly kind: 'chosen'; readonly files: readonly DeviceFile[] }
  /** `message` is the original's text, word for word. */
  | { readonly kind: 'not-found' | 'busy'; readonly item: NpuItem; readonly message: string };

/**
 * Chooses device files for the items of a selector, as furiosa-device does: named items first, then the implicit ones
 * in order, each taking the first free files that fit and meet nothing chosen already. `isBusy` says whether any PE
 * of a file is taken. Files come in the order of the items, named ones first.
 *
 * One repair: where that order fails, the widest implicit items choose first. The original could put a single PE on
 * the only free pair and then find no pair, while a PE was left over elsewhere. What it could allocate is unchanged.
 */
export function allocate(
  items: readonly NpuItem[],
  files: readonly DeviceFile[],
  isBusy: (file: DeviceFile) => boolean,
): Allocation {
  const inOrder = [
    ...items.filter((item) => item.kind === 'npu'),
    ...items.filter((item) => item.kind === 'warboy'),
  ];
  const sorted = [...files].sort(byPlace);
  const first = allocateInOrder(inOrder, sorted, isBusy);
  if (first.kind === 'chosen') return { kind: 'chosen', files: first.perItem.flat() };

  const widestFirst = [...inOrder].sort((a, b) => implicitWidth(b) - implicitWidth(a));
  const second = allocateInOrder(widestFirst, sorted, isBusy);
  if (second.kind !== 'chosen') return first;
  return {
    kind: 'chosen',
    files: inOrder.flatMap((item) => second.perItem[widestFirst.indexOf(item)] ?? []),
  };
}

/** Whether a file is what an item asks for, free or not. */
export function fits(item: NpuItem, file: DeviceFile): boolean {
  if (item.kind === 'warboy') {
    return file.arch === 'warboy' && file.mode === (item.pes === 1 ? 'single' : 'fusion');
  }
  if (file.device !== item.device) return false;
  if (item.cores === null || file.cores === null) return item.cores === file.cores;
  return item.cores.first === file.cores.first && item.cores.last === file.cores.last;
}

type InOrder =
  | { readonly kind: 'chosen'; readonly perItem: readonly (readonly DeviceFile[])[] }
  | Exclude<Allocation, { kind: 'chosen' }>;

function allocateInOrder(
  items: readonly NpuItem[],
  files: readonly DeviceFile[],
  isBusy: (file: DeviceFile) => boolean,
): InOrder {
  const chosen: DeviceFile[] = [];
  const perItem: DeviceFile[][] = [];
  for (const item of items) {
    const count = item.kind === 'warboy' ? item.count : 1;
    const candidates = files.filter(
      (file) => fits(item, file) && !chosen.some((taken) => filesMeet(taken, file)),
    );
    if (candidates.length < count) {
      return { kind: 'not-found', item, message: `Device ${formatItem(item)} not found` };
    }
    const taken = candidates.filter((file) => !isBusy(file)).slice(0, count);
    if (taken.length < count) {
      return { kind: 'busy', item, message: `Device ${formatItem(item)} found but still in use` };
    }
    chosen.push(...taken);
    perItem.push(taken);
  }
  return { kind: 'chosen', perItem };
}

/** By card, then the whole card before its parts, narrow before wide, left before right. */
function byPlace(a: DeviceFile, b: DeviceFile): number {
  return a.device - b.device || fileWidth(a) - fileWidth(b) || (a.cores?.first ?? 0) - (b.cores?.first ?? 0);
}

function fileWidth(file: DeviceFile): number {
  return file.cores === null ? 0 : widthOf(file.cores);
}

/** Named items have no choice, so they stay in front. */
function implicitWidth(item: NpuItem): number {
  return item.kind === 'warboy' ? item.pes : 3;
}
