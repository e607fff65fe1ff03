import { mapping, wholeList } from './collections.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { choice, integer } from './scalars.js';
import { mismatch, optional, type Schema } from './schema.js';
import { nonEmpty } from './values.js';

/** Where the copies of a model are, as selectors say it. */
export interface Instances {
  readonly place: Place;
  /** A device selector; null: whatever is usual for the platform. */
  readonly device: string | null;
  /** Copies per device; null where nothing is said. */
  readonly workers: number | null;
  /** Whether the groups say how many threads a copy has. */
  readonly hasThreads: boolean;
}

interface Group {
  readonly place: Place;
  /** Triton's AUTO and MODEL leave the choice to us. */
  readonly kind: 'platform' | 'cpu' | 'gpu';
  readonly count: number;
  readonly gpus: readonly number[];
  readonly threads: number | null;
}

/** What selectors can count to. */
const MOST = 255;

const keys = {
  count: optional(integer(1, MOST), 'Copies of the model, on each GPU where GPUs are meant.', '1'),
  kind: optional(
    choice(['KIND_AUTO', 'KIND_CPU', 'KIND_GPU', 'KIND_MODEL']),
    'Where the copies are. `KIND_MODEL` leaves it to the platform, as `KIND_AUTO` does.',
    'KIND_AUTO',
  ),
  gpus: optional(wholeList(integer(0, MOST), 64), 'The numbers of the GPUs.'),
  name: optional(nonEmpty, 'Accepted as in Triton; the server numbers the groups itself.'),
  threads: optional(integer(1, MOST), "Threads of each copy on the CPU; not one of Triton's keys."),
};

const group: Schema<Group> = mapping('a mapping with the keys count and kind', keys, (values, at, report) => {
  const kind = values.kind ?? 'KIND_AUTO';
  const gpus = values.gpus ?? [];
  if (kind === 'KIND_GPU' && gpus.length === 0) {
    report.problem(at('gpus'), 'KIND_GPU needs the numbers of its GPUs, for instance gpus: [0]');
    return undefined;
  }
  if (gpus.length > 0 && (kind === 'KIND_CPU' || kind === 'KIND_MODEL')) {
    report.problem(at('gpus'), `${kind} has no gpus; expected KIND_GPU`);
    return undefined;
  }
  if (new Set(gpus).size < gpus.length) {
    report.problem(at('gpus'), `expected each GPU once, found [${gpus.join(', ')}]`);
    return undefined;
  }
  if (values.threads !== null && kind !== 'KIND_CPU') {
    report.problem(at('threads'), `threads can be said of KIND_CPU only, and this is ${kind}`);
    return undefined;
  }
  return {
    place: at(),
    kind: gpus.length > 0 ? 'gpu' : kind === 'KIND_CPU' ? 'cpu' : 'platform',
    count: values.count ?? 1,
    gpus,
    threads: values.threads,
  };
});

const groups = wholeList(group, 64);

/** Triton's `instance_group`. An empty list says nothing. */
export const instanceGroup: Schema<Instances> = {
  type: groups.type,
  element: group,
  read(spot, report) {
    if (spot.node.kind !== 'list') return mismatch(groups.type, spot, report);
    const read = groups.read(spot, report);
    return read && joined(read, spot.place, report);
  },
};

function joined(all: readonly Group[], place: Place, report: Report): Instances | undefined {
  const [first] = all;
  if (first === undefined) return { place, device: null, workers: null, hasThreads: false };
  const other = all.find(({ kind, threads }) => kind !== first.kind || threads !== first.threads);
  if (other) {
    const what = other.kind === first.kind ? 'numbers of threads' : 'kinds';
    report.problem(other.place, `groups of different ${what} cannot be in one model; expected one for all`);
    return undefined;
  }
  if (first.kind === 'gpu') return onGpus(all, place, report);
  const workers = all.reduce((sum, { count }) => sum + count, 0);
  if (workers > MOST) {
    report.problem(place, `expected at most ${MOST} copies in all, found ${workers}`);
    return undefined;
  }
  const { kind, threads } = first;
  if (kind === 'platform') return { place, device: null, workers, hasThreads: false };
  if (threads === null) return { place, device: 'cpu', workers, hasThreads: false };
  return { place, device: `cpu(${threads})*${workers}`, workers: null, hasThreads: true };
}

/** A selector has one number of copies for all its devices. */
function onGpus(all: readonly Group[], place: Place, report: Report): Instances | undefined {
  const counts = new Map<number, number>();
  for (const { gpus, count } of all) {
    for (const gpu of gpus) counts.set(gpu, (counts.get(gpu) ?? 0) + count);
  }
  const [first, ...others] = counts;
  if (first === undefined) return undefined;
  const [gpu, workers] = first;
  const odd = others.find(([, count]) => count !== workers);
  if (odd) {
    report.problem(
      place,
      `GPU ${gpu} has ${copies(workers)} and GPU ${odd[0]} has ${copies(odd[1])}; expected as many on each GPU`,
    );
    return undefined;
  }
  if (workers > MOST) {
    report.problem(place, `expected at most ${MOST} copies on a GPU, found ${workers}`);
    return undefined;
  }
  const device = [...counts.keys()].map((index) => `cuda:${index}`).join(',');
  return { place, device, workers, hasThreads: false };
}

function copies(count: number): string {
  return count === 1 ? '1 copy' : `${count} copies`;
}
