/** Under what conditions a page's figures came about, in words. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cpuTicks, startingLoad, stealPercent } from './machine.js';

/** Starts to watch; what it answers ends that and tells. */
export function watchSetting(command: string): (more?: readonly string[]) => string[] {
  const startedAt = performance.now();
  const load = startingLoad();
  const ticks = cpuTicks();
  return (more = []) => {
    const minutes = (performance.now() - startedAt) / 60_000;
    const steal = stealPercent(ticks, cpuTicks());
    return [
      `- ${new Date().toISOString().slice(0, 10)}, \`${command}\`, ${minutes.toFixed(1)} minutes`,
      `- furiosa-server ${versionOf('../../package.json')}, onnxruntime-node ${versionOf('../../node_modules/onnxruntime-node/package.json')}, Node ${process.version}`,
      `- ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
      `- load average before ${load.toFixed(1)}; ${steal.toFixed(1)} % of the CPU time was stolen by the host`,
      ...more,
    ];
  };
}

/** Into docs/benchmarks. */
export function writePages(files: Readonly<Record<string, string>>): void {
  const folder = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}${name}`, text);
}

function versionOf(file: string): string {
  const { version } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string };
  return version;
}
