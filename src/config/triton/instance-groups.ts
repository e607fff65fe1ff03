import { mapping, wholeList } from '#config/collections.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { boolean, choice, integer } from '#config/scalars.js';
import { optional, type Schema } from '#config/schema.js';

/** Where the copies of a model are, in our words. */
export interface InstanceGroups {
  readonly place: Place;
  /** A device selector; null: the CPU, as usual. */
  readonly device: string | null;
  /** Copies per device; null: as many as the server finds right. */
  readonly workers: number | null;
}

interface Group {
  readonly place: Place;
  readonly kind: 'any' | 'cpu' | 'gpu';
  readonly count: number;
  readonly gpus: readonly number[];
  readonly isPassive: boolean;
}

/** What selectors can count to. */
const MOST = 255;

const group: Schema<Group> = mapping(
  'a message of an instance group',
  {
    count: optional(integer(1, MOST), 'Copies, on each GPU where GPUs are meant.', '1'),
    kind: optional(
      choice(['KIND_AUTO', 'KIND_CPU', 'KIND_GPU', 'KIND_MODEL']),
      'Where they are.',
      'KIND_AUTO',
    ),
    gpus: optional(wholeList(integer(0, MOST), 64), 'The numbers of the GPUs.', 'GPU 0 for KIND_GPU'),
    passive: optional(boolean, 'Copies that take no requests; they are not made.', 'false'),
  },
  ({ count, kind, gpus, passive }, at, report) => {
    const numbers = [...new Set(gpus ?? [])];
    if (numbers.length > 0 && (kind === 'KIND_CPU' || kind === 'KIND_MODEL')) {
      report.problem(at('gpus'), `${kind} has no gpus; expected KIND_GPU`);
      return undefined;
    }
    const isGpu = kind === 'KIND_GPU' || numbers.length > 0;
    if (isGpu && numbers.length === 0) {
      report.warning(at(), 'KIND_GPU without gpus means every GPU to Triton; here it means GPU 0');
      numbers.push(0);
    }
    return {
      place: at(),
      kind: isGpu ? 'gpu' : kind === 'KIND_CPU' ? 'cpu' : 'any',
      count: count ?? 1,
      gpus: numbers,
      isPassive: passive ?? false,
    };
  },
);

const groups = wholeList(group, 64);

/**
 * Triton's `instance_group`. A model here has copies on devices of one kind, and as many on each: groups that ask for more
 * than that are warned of, for the answers are the same. (Groups of YAML are not: who writes those writes them for us.)
 */
export const instanceGroups: Schema<InstanceGroups> = {
  type: groups.type,
  element: group,
  read(spot, report) {
    const read = groups.read(spot, report);
    return read && joined(read, spot.place, report);
  },
};

function joined(all: readonly Group[], place: Place, report: Report): InstanceGroups {
  for (const { place } of all.filter(({ isPassive }) => isPassive)) {
    report.warning(place, 'passive copies are not supported and left out');
  }
  const active = all.filter(({ isPassive }) => !isPassive);
  const [first] = active;
  if (first === undefined) return { place, device: null, workers: null };
  for (const { place } of active.filter(({ kind }) => kind !== first.kind)) {
    report.warning(
      place,
      'copies of a model are on devices of one kind here, that of its first group; this group is left out',
    );
  }
  const alike = active.filter(({ kind }) => kind === first.kind);
  if (first.kind === 'gpu') return onGpus(alike, place, report);
  const count = alike.reduce((sum, { count }) => sum + count, 0);
  return { place, device: first.kind === 'cpu' ? 'cpu' : null, workers: atMost(count, place, report) };
}

function onGpus(all: readonly Group[], place: Place, report: Report): InstanceGroups {
  const counts = new Map<number, number>();
  for (const { gpus, count } of all) {
    for (const gpu of gpus) counts.set(gpu, (counts.get(gpu) ?? 0) + count);
  }
  const most = Math.max(...counts.values());
  if ([...counts.values()].some((count) => count !== most)) {
    report.warning(place, `there are as many copies on each GPU here; it is the largest number, ${most}`);
  }
  const device = [...counts.keys()].map((gpu) => `cuda:${gpu}`).join(',');
  return { place, device, workers: atMost(most, place, report) };
}

function atMost(count: number, place: Place, report: Report): number {
  if (count > MOST)
    report.warning(place, `${count} copies are more than there can be; here there are ${MOST}`);
  return Math.min(count, MOST);
}
