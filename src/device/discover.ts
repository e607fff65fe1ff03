import { join } from 'node:path';
import { loggerOf } from '#core/log.js';
import { type DeviceNode, findNodes, groupByCard } from './device-node.js';
import { coresIn, type DeviceFile, modeOf, type Npu, type NpuArch } from './npu.js';
import type { DeviceOptions } from './options.js';
import { readAttribute, readNumaNode, readTemperatures } from './sysfs.js';

/** A card whose device files exist and which cannot be used. */
export interface SkippedNpu {
  readonly arch: NpuArch;
  readonly index: number;
  /** One sentence that names the file. */
  readonly reason: string;
}

export interface Discovery {
  /** By architecture, then by index. */
  readonly npus: readonly Npu[];
  readonly skipped: readonly SkippedNpu[];
}

export type DiscoverOptions = Pick<DeviceOptions, 'devRoot' | 'sysRoot'>;

const log = loggerOf('device::discover');

/** How the driver of one architecture lays out its files. */
interface Layout {
  readonly arch: NpuArch;
  /** Below devRoot. */
  readonly folder: string;
  /** Below sysRoot. */
  readonly classFolder: string;
  /** The management entry's names: drivers up to 2025 write an underscore, RNGD's from 2026.1 on do not. */
  readonly managementNames: (index: number) => readonly string[];
  /** Says `1` while the card is well. */
  readonly aliveFile: string;
}

const LAYOUTS: readonly Layout[] = [
  {
    arch: 'warboy',
    folder: '',
    classFolder: 'class/npu_mgmt',
    managementNames: (index) => [`npu${index}_mgmt`, `npu${index}mgmt`],
    aliveFile: 'alive',
  },
  {
    arch: 'rngd',
    folder: 'rngd',
    classFolder: 'class/rngd_mgmt',
    managementNames: (index) => [`rngd!npu${index}mgmt`, `rngd!npu${index}_mgmt`],
    aliveFile: 'device_state',
  },
];

/** The management files without which the original does not take a card for usable. */
const REQUIRED = ['busname', 'dev', 'device_sn', 'device_uuid', 'fw_version', 'version'] as const;

/** What `platform_type` says on the vendor's cards; others may call their files `npu0` too. */
const VENDOR = 'FuriosaAI';

/**
 * Finds Warboy and RNGD cards by the files of their drivers. Never throws: a folder that is not there means no cards, and
 * a card that cannot be used is skipped with a WARN line.
 */
export async function discoverNpus(options: DiscoverOptions): Promise<Discovery> {
  const npus: Npu[] = [];
  const skipped: SkippedNpu[] = [];
  for (const layout of LAYOUTS) {
    const groups = groupByCard(await findNodes(options.devRoot, layout.folder));
    for (const [index, nodes] of groups) {
      const found = await readCard(layout, options.sysRoot, index, nodes);
      if (found.kind === 'npu') npus.push(found.npu);
      if (found.kind === 'foreign') log.info(found.reason);
      if (found.kind !== 'skipped') continue;
      skipped.push({ arch: layout.arch, index, reason: found.reason });
      log.warn(found.reason, { arch: layout.arch, device: index });
    }
  }
  return { npus, skipped };
}

type Found =
  | { readonly kind: 'npu'; readonly npu: Npu }
  | { readonly kind: 'skipped' | 'foreign'; readonly reason: string };

async function readCard(
  layout: Layout,
  sysRoot: string,
  index: number,
  nodes: readonly DeviceNode[],
): Promise<Found> {
  const who = `The ${layout.arch} card npu:${index}`;
  const management = await findManagement(layout, sysRoot, index);
  if (management.platform === null) {
    return { kind: 'skipped', reason: `${who} is skipped: ${management.path}/platform_type cannot be read` };
  }
  if (management.platform !== VENDOR) {
    const reason = `${who} is left alone: ${management.path}/platform_type says "${management.platform}", not "${VENDOR}"`;
    return { kind: 'foreign', reason };
  }
  const values = new Map<string, string>();
  for (const name of REQUIRED) {
    const value = await readAttribute(join(management.path, name));
    if (value === null) {
      return { kind: 'skipped', reason: `${who} is skipped: ${management.path}/${name} cannot be read` };
    }
    values.set(name, value);
  }
  const busName = values.get('busname') ?? '';
  const [revision, alive, numaNode, temperatures] = await Promise.all([
    readAttribute(join(management.path, 'soc_rev')),
    readAttribute(join(management.path, layout.aliveFile)),
    readNumaNode(sysRoot, busName),
    // The original skips a card without hwmon. It can compute all the same, so here it only shows no temperature.
    readTemperatures(sysRoot, busName),
  ]);
  if (alive !== null && alive !== '1') {
    log.warn(`${who} does not call itself alive: ${management.path}/${layout.aliveFile} says "${alive}"`);
  }
  const files = filesOf(layout.arch, nodes);
  const npu: Npu = {
    index,
    arch: layout.arch,
    simulated: false,
    revision: revision?.toLowerCase() ?? null,
    firmware: values.get('fw_version') ?? null,
    driver: values.get('version') ?? null,
    serial: values.get('device_sn') ?? null,
    uuid: values.get('device_uuid') ?? null,
    busName,
    numaNode,
    alive: alive === null ? null : alive === '1',
    temperatures,
    cores: allCores(nodes),
    files,
  };
  return { kind: 'npu', npu };
}

/** The management entry under whichever of its names exists; the first name, without a platform, when none does. */
async function findManagement(
  layout: Layout,
  sysRoot: string,
  index: number,
): Promise<{ readonly path: string; readonly platform: string | null }> {
  const paths = layout.managementNames(index).map((name) => join(sysRoot, layout.classFolder, name));
  for (const path of paths) {
    const platform = await readAttribute(join(path, 'platform_type'));
    if (platform !== null) return { path, platform };
  }
  return { path: paths[0] ?? '', platform: null };
}

function filesOf(arch: NpuArch, nodes: readonly DeviceNode[]): readonly DeviceFile[] {
  const whole = allCores(nodes);
  return nodes.map(({ device, cores, path }) => ({
    arch,
    device,
    cores,
    covers: cores === null ? whole : coresIn(cores),
    mode: modeOf(cores),
    path,
  }));
}

function allCores(nodes: readonly DeviceNode[]): readonly number[] {
  const cores = nodes.flatMap((node) => (node.cores === null ? [] : coresIn(node.cores)));
  return [...new Set(cores)].sort((a, b) => a - b);
}
