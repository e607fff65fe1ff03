import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import { type Cores, coresMeet, npuName } from './cores.js';

/** A certain card, PE or run of fused PEs: `npu:0`, `npu:0:1`, `npu:0:0-1`. */
export interface NamedNpuItem {
  readonly kind: 'npu';
  readonly device: number;
  /** Null is the whole card. */
  readonly cores: Cores | null;
}

/** Any free ones: `warboy(1)*2` is two single PEs, `warboy(2)*1` is one fused pair. */
export interface AnyWarboyItem {
  readonly kind: 'warboy';
  readonly pes: 1 | 2;
  readonly count: number;
}

/** The processor: `cpu`, `cpu*2`, `cpu(4)`, `cpu(4)*2`. */
export interface CpuItem {
  readonly kind: 'cpu';
  /** Threads of one instance; null shares the CPU budget out. */
  readonly threads: number | null;
  /** How many instances; null leaves it to the model's own setting. */
  readonly instances: number | null;
}

/** A CUDA device: `cuda:0`. */
export interface CudaItem {
  readonly kind: 'cuda';
  readonly index: number;
}

export type NpuItem = NamedNpuItem | AnyWarboyItem;
export type DeviceItem = NpuItem | CpuItem | CudaItem;

// Both spellings have the same groups: device, first PE, last PE.
const NAMED = /^npu:(\d+)(?::(\d+)(?:-(\d+))?)?$/;
const NAMED_LEGACY = /^npu(\d+)(?:pe(\d+)(?:-(\d+))?)?$/;
const ANY_WARBOY = /^warboy(?:\((\d+)\))?\*(\d+)$/;
const CPU = /^cpu(?:\((\d+)\))?(?:\*(\d+))?$/;
const CUDA = /^cuda:(\d+)$/;

/** Device numbers are one byte in the driver's interface, and nothing here needs more. */
const LARGEST_NUMBER = 255;

/** Each item is held against every other, and no host has more PEs. */
const MAX_ITEMS = 1024;

const ALLOWED =
  'allowed are npu:0 (a card), npu:0:1 (a PE), npu:0:0-1 (fused PEs), warboy(1)*N, warboy(2)*N, cpu, cpu(T)*N and ' +
  'cuda:0, joined by commas without spaces, for instance "npu:0:0,npu:0:1"';

/**
 * Reads a device selector: the grammar of furiosa-device with `cpu` and `cuda:I` added. What that grammar let through
 * and could not mean anything (`warboy(3)*1`, `warboy*0`, the same PE twice) is refused here.
 * Throws ServingError INVALID_ARGUMENT.
 */
export function parseSelector(text: string): readonly DeviceItem[] {
  if (text === '') throw fault(text, 'it is empty');
  if (/\s/.test(text)) throw fault(text, 'it has a space in it');
  const parts = text.split(',');
  if (parts.length > MAX_ITEMS) throw fault(text, `it has more than ${MAX_ITEMS} items`);
  const items = parts.map((part) => parseItem(text, part));
  refuseMixture(text, items);
  refuseRepetition(text, items);
  return items;
}

/** The canonical text of one item; reading it again gives the same item. `warboy*2` is written `warboy(1)*2`, `npu0pe1` is written `npu:0:1`. */
export function formatItem(item: DeviceItem): string {
  switch (item.kind) {
    case 'npu':
      return npuName(item.device, item.cores);
    case 'warboy':
      return `warboy(${item.pes})*${item.count}`;
    case 'cpu':
      return `cpu${item.threads === null ? '' : `(${item.threads})`}${item.instances === null ? '' : `*${item.instances}`}`;
    case 'cuda':
      return `cuda:${item.index}`;
  }
}

function parseItem(text: string, part: string): DeviceItem {
  const number = (digits: string): number => {
    const value = Number(digits);
    if (value > LARGEST_NUMBER) throw fault(text, `"${clip(part)}" has a number above ${LARGEST_NUMBER}`);
    return value;
  };
  const positive = (digits: string, what: string): number => {
    if (number(digits) === 0) throw fault(text, `"${clip(part)}" asks for no ${what}, and 1 is the least`);
    return number(digits);
  };

  const named = NAMED.exec(part) ?? NAMED_LEGACY.exec(part);
  if (named) {
    const [, device = '', first, last] = named;
    if (first === undefined) return { kind: 'npu', device: number(device), cores: null };
    const cores = { first: number(first), last: number(last ?? first) };
    if (last !== undefined && cores.first >= cores.last) {
      throw fault(text, `"${clip(part)}" has a range of PEs that does not rise`);
    }
    return { kind: 'npu', device: number(device), cores };
  }

  const anyWarboy = ANY_WARBOY.exec(part);
  if (anyWarboy) {
    const [, pes = '1', count = ''] = anyWarboy;
    const width = number(pes);
    if (width !== 1 && width !== 2) {
      throw fault(text, `"${clip(part)}" asks for ${width} PEs of one Warboy, which gives 1 or, fused, 2`);
    }
    return { kind: 'warboy', pes: width, count: positive(count, 'device') };
  }

  const cpu = CPU.exec(part);
  if (cpu) {
    const [, threads, instances] = cpu;
    return {
      kind: 'cpu',
      threads: threads === undefined ? null : positive(threads, 'thread'),
      // Whoever says how many threads an instance has means one instance, unless they say more.
      instances:
        instances === undefined ? (threads === undefined ? null : 1) : positive(instances, 'instance'),
    };
  }

  const cuda = CUDA.exec(part);
  if (cuda) return { kind: 'cuda', index: number(cuda[1] ?? '') };
  throw fault(text, whyNoItem(part));
}

/** The likeliest reason why a word is none of the items. */
function whyNoItem(part: string): string {
  if (part === '') return 'it has an empty item (a comma too many)';
  if (part !== part.toLowerCase()) return `"${clip(part)}" has capital letters`;
  if (/^warboy(\(\d+\))?\*?$/.test(part)) return `"${clip(part)}" lacks the count, as in warboy(1)*1`;
  if (/^rngd\b/.test(part)) {
    return `"${clip(part)}" asks for any RNGD, but only Warboys can be asked for by number; RNGD PEs are named, as in npu:0:0-3`;
  }
  if (/^npu\*/.test(part)) return `"${clip(part)}" does not say which NPUs; any free ones are warboy(1)*N`;
  if (/^npu:\d+:\*$/.test(part)) return `"${clip(part)}" is written npu:0 for a whole card`;
  if (part === 'cuda') return '"cuda" lacks the number of the device, as in cuda:0';
  return `"${clip(part)}" is not a device`;
}

/** A model runs on one kind of device: its platform says which. */
function refuseMixture(text: string, items: readonly DeviceItem[]): void {
  const [first] = items;
  const other = items.find((item) => first !== undefined && familyOf(item) !== familyOf(first));
  if (first === undefined || other === undefined) return;
  throw fault(
    text,
    `it mixes "${formatItem(first)}" with "${formatItem(other)}", and one selector is for one kind of device`,
  );
}

function familyOf(item: DeviceItem): 'npu' | 'cpu' | 'cuda' {
  return item.kind === 'warboy' ? 'npu' : item.kind;
}

function refuseRepetition(text: string, items: readonly DeviceItem[]): void {
  items.forEach((item, i) => {
    const earlier = items.slice(0, i).find((other) => sameDevice(item, other));
    if (earlier === undefined) return;
    const [a, b] = [formatItem(earlier), formatItem(item)];
    if (item.kind === 'cpu') throw fault(text, 'it names the cpu twice, and N instances are cpu*N');
    throw fault(text, a === b ? `it names "${a}" twice` : `"${a}" and "${b}" share a PE`);
  });
}

function sameDevice(a: DeviceItem, b: DeviceItem): boolean {
  if (a.kind === 'npu' && b.kind === 'npu') return a.device === b.device && coresMeet(a.cores, b.cores);
  if (a.kind === 'cuda' && b.kind === 'cuda') return a.index === b.index;
  return a.kind === 'cpu' && b.kind === 'cpu';
}

function fault(text: string, wrong: string): ServingError {
  return invalid(`${JSON.stringify(clip(text))} is not a device selector: ${wrong}; ${ALLOWED}`);
}
