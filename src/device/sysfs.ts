import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Temperature } from './npu.js';

/** The trimmed text of an attribute file, or null when it cannot be read. */
export async function readAttribute(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return null;
  }
}

/** The names in a folder, or none when it cannot be read. */
export async function readFolder(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort();
  } catch {
    return [];
  }
}

/** Where the PCI bus keeps what it knows of a card, or null when the driver's bus name is not an address. */
export function pciFolder(sysRoot: string, busName: string): string | null {
  return /^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\.[0-9a-f]+$/i.test(busName)
    ? join(sysRoot, 'bus/pci/devices', busName)
    : null;
}

/** The NUMA node of a card, or null when it has none: the kernel then says -1. */
export async function readNumaNode(sysRoot: string, busName: string): Promise<number | null> {
  const folder = pciFolder(sysRoot, busName);
  const text = folder === null ? null : await readAttribute(join(folder, 'numa_node'));
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** Every temperature the card's hwmon folders show. None where there is no hwmon: no reason to do without the card. */
export async function readTemperatures(sysRoot: string, busName: string): Promise<readonly Temperature[]> {
  const folder = pciFolder(sysRoot, busName);
  if (folder === null) return [];
  const found: Temperature[] = [];
  for (const monitor of await readFolder(join(folder, 'hwmon'))) {
    const base = join(folder, 'hwmon', monitor);
    for (const file of await readFolder(base)) {
      const sensor = /^(temp\d+)_input$/.exec(file)?.[1];
      if (sensor === undefined) continue;
      const [milli, label] = await Promise.all([
        readAttribute(join(base, file)),
        readAttribute(join(base, `${sensor}_label`)),
      ]);
      if (milli === null || !/^-?\d+$/.test(milli)) continue;
      found.push({ label: label ?? sensor, celsius: Number(milli) / 1000 });
    }
  }
  return found;
}

/** The one figure to show: what the card calls its peak, else its hottest sensor. Null when none was read. */
export function headlineCelsius(temperatures: readonly Temperature[]): number | null {
  const peak = temperatures.find((temperature) => temperature.label.toLowerCase() === 'peak');
  if (peak !== undefined) return peak.celsius;
  return temperatures.length === 0 ? null : Math.max(...temperatures.map(({ celsius }) => celsius));
}
