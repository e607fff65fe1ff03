/** A mounted cgroup hierarchy. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** Which group of the hierarchy the mount shows as its top. */
  readonly root: string;
  readonly mountPoint: string;
}

/** What a group limits, by the name of its controller. */
export type CgroupController = 'cpu' | 'memory';

/** Where a process stands: its group's path in each hierarchy that can limit what one controller governs. */
export interface CgroupPaths {
  readonly v2: string | null;
  /** In the hierarchy of version 1 that has the controller. */
  readonly v1: string | null;
}

/** The number of CPUs in a kernel list such as `0-3,8`; null when it is not one. */
export function parseCpuList(text: string): number | null {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!range) return null;
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (last < first) return null;
    count += last - first + 1;
  }
  return count;
}

/** The CPUs this process may run on, from `/proc/self/status`; null when it does not say. */
export function parseAllowedCpus(status: string): { readonly list: string; readonly count: number } | null {
  const list = /^Cpus_allowed_list:\s*(\S+)\s*$/m.exec(status)?.[1];
  const count = list === undefined ? null : parseCpuList(list);
  return list === undefined || count === null ? null : { list, count };
}

/** The CPUs' worth of time in version 2's `cpu.max` (`150000 100000` is 1.5); null for no limit. */
export function parseCpuMax(text: string): number | null {
  const parts = /^(\d+)(?:\s+(\d+))?$/.exec(text.trim());
  return parts ? cpusOf(Number(parts[1]), Number(parts[2] ?? 100_000)) : null;
}

/** The same from version 1's `cpu.cfs_quota_us` and `cpu.cfs_period_us`; a quota of -1 is no limit. */
export function parseCfsQuota(quota: string, period: string): number | null {
  return /^\d+$/.test(quota.trim()) && /^\d+$/.test(period.trim())
    ? cpusOf(Number(quota), Number(period))
    : null;
}

/** The bytes in version 2's `memory.max` or version 1's `memory.limit_in_bytes`; null for no limit. */
export function parseMemoryLimit(text: string): number | null {
  const bytes = /^\d+$/.test(text.trim()) ? Number(text) : 0;
  return bytes > 0 ? bytes : null;
}

function cpusOf(quotaUs: number, periodUs: number): number | null {
  return quotaUs > 0 && periodUs > 0 ? quotaUs / periodUs : null;
}

/** Reads `/proc/self/cgroup`: one line `id:controllers:path` per hierarchy, version 2 being `0::path`. */
export function parseCgroupPaths(text: string, controller: CgroupController): CgroupPaths {
  let v2: string | null = null;
  let v1: string | null = null;
  for (const line of text.split('\n')) {
    const parts = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (!parts) continue;
    const [, id, controllers = '', path = '/'] = parts;
    if (id === '0' && controllers === '') v2 = path;
    else if (controllers.split(',').includes(controller)) v1 = path;
  }
  return { v2, v1 };
}

/** The hierarchies in `/proc/self/mountinfo` that can limit what a controller governs. */
export function parseCgroupMounts(text: string, controller: CgroupController): readonly CgroupMount[] {
  return text.split('\n').flatMap((line): CgroupMount[] => {
    // id parent major:minor root mountPoint options [optional fields] - type source superOptions
    const [front, back] = line.split(' - ');
    const [, , , root, mountPoint] = front?.split(' ') ?? [];
    const [type, , superOptions] = back?.split(' ') ?? [];
    if (root === undefined || mountPoint === undefined) return [];
    const place = { root: unescapeMount(root), mountPoint: unescapeMount(mountPoint) };
    if (type === 'cgroup2') return [{ version: 2, ...place }];
    const hasController = type === 'cgroup' && (superOptions ?? '').split(',').includes(controller);
    return hasController ? [{ version: 1, ...place }] : [];
  });
}

/** mountinfo writes blanks and backslashes as `\040` and so on. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * The folders whose limits bind a group, from its own up to the mount's top. A container often sees its group as the
 * mount's root, or cannot see its group at all (`/../x`); then only the top is left.
 */
export function foldersUpFrom(path: string, mount: CgroupMount): readonly string[] {
  const root = mount.root === '/' ? '' : mount.root;
  const inside = path === root || path.startsWith(`${root}/`);
  const names = inside ? path.slice(root.length).split('/').filter(Boolean) : [];
  const visible = names.includes('..') ? [] : names;
  const folders = visible.map((_, i) =>
    [mount.mountPoint, ...visible.slice(0, visible.length - i)].join('/'),
  );
  return [...folders, mount.mountPoint];
}
