import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeviceOptions } from '#device/options.js';

/** A card to be made up; what is left out is like a healthy card's. */
export interface FalseCard {
  readonly arch?: 'warboy' | 'rngd';
  /** The management entry's name, for drivers that name it otherwise. */
  readonly managementName?: string;
  /** The endings of the device files: '' is the whole card, 'pe0', 'pe0-1', and whatever else lies there. */
  readonly files?: readonly string[];
  /** Management files that are other than usual; null leaves one out. */
  readonly management?: Readonly<Record<string, string | null>>;
  readonly numaNode?: number;
  /** Millidegrees by label; null makes no hwmon folder at all. */
  readonly temperatures?: Readonly<Record<string, number>> | null;
}

const WARBOY_FILES = ['', 'pe0', 'pe1', 'pe0-1', '_mgmt', 'ch0', 'ch1', 'ch2', 'ch3'];
const RNGD_FILES = [
  '',
  ...['0', '1', '2', '3', '4', '5', '6', '7', '0-1', '2-3', '4-5', '6-7', '0-3', '4-7'].map(
    (pe) => `pe${pe}`,
  ),
  ...['mgmt', 'ch0', 'ch0r', 'dmar', 'bar0'],
];

/** Folders in which a driver's device files, sysfs entries and processes are made up of plain files and links. */
export class FalseNpuTree {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<FalseNpuTree> {
    const tree = new FalseNpuTree(await mkdtemp(join(tmpdir(), 'false-npu-')));
    for (const folder of ['dev', 'sys', 'proc']) await mkdir(join(tree.root, folder));
    return tree;
  }

  /** Options that look at this tree and nowhere else. */
  get options(): DeviceOptions {
    return { devRoot: this.dev(), sysRoot: this.sys(), procRoot: this.proc(), simulate: 'auto' };
  }

  dev(...parts: string[]): string {
    return join(this.root, 'dev', ...parts);
  }

  sys(...parts: string[]): string {
    return join(this.root, 'sys', ...parts);
  }

  proc(...parts: string[]): string {
    return join(this.root, 'proc', ...parts);
  }

  async addCard(index: number, card: FalseCard = {}): Promise<void> {
    const arch = card.arch ?? 'warboy';
    const files = card.files ?? (arch === 'warboy' ? WARBOY_FILES : RNGD_FILES);
    const folder = arch === 'warboy' ? this.dev() : this.dev('rngd');
    for (const file of files) await write(join(folder, `npu${index}${file}`), '');

    const busName = `0000:${(0x10 + index).toString(16)}:0${arch === 'warboy' ? 0 : 1}.0`;
    const usual: Record<string, string | null> = {
      platform_type: 'FuriosaAI',
      busname: busName,
      dev: `511:${index}`,
      device_sn: `SERIAL-${arch}-${index}`,
      device_uuid: `UUID-${arch}-${index}`,
      fw_version: '1.6.0, 0123456',
      version: '1.0.0, 6543210',
      ...(arch === 'warboy' ? { soc_rev: 'B0', alive: '1' } : { device_state: '1' }),
    };
    // As in the real sysfs, the class holds links to where the entries are.
    const className = arch === 'warboy' ? 'npu_mgmt' : 'rngd_mgmt';
    const name = card.managementName ?? (arch === 'warboy' ? `npu${index}_mgmt` : `rngd!npu${index}mgmt`);
    const management = this.sys('devices/virtual', className, name);
    for (const [file, text] of Object.entries({ ...usual, ...card.management })) {
      if (text !== null) await write(join(management, file), `${text}\n`);
    }
    await link(join('../../devices/virtual', className, name), this.sys('class', className, name));

    const pci = this.sys('bus/pci/devices', busName);
    await write(join(pci, 'numa_node'), `${card.numaNode ?? 0}\n`);
    if (card.temperatures === null) return;
    const temperatures = Object.entries(card.temperatures ?? { AMBIENT: 41_000, Peak: 47_500 });
    for (const [i, [label, milli]] of temperatures.entries()) {
      await write(join(pci, 'hwmon/hwmon3', `temp${i + 1}_label`), `${label}\n`);
      await write(join(pci, 'hwmon/hwmon3', `temp${i + 1}_input`), `${milli}\n`);
    }
  }

  /** A process with these files open. */
  async addProcess(pid: number, command: string, open: readonly string[]): Promise<void> {
    await write(this.proc(`${pid}`, 'comm'), `${command}\n`);
    await mkdir(this.proc(`${pid}`, 'fd'), { recursive: true });
    for (const [fd, path] of open.entries()) await link(path, this.proc(`${pid}`, 'fd', `${fd}`));
  }

  /** Writes one more file, for instance `proc/self/status`. */
  async write(path: string, text: string): Promise<void> {
    await write(join(this.root, path), text);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}
