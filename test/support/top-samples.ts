import type { Sample, VersionCounts, VersionSample } from '#cli/top/sample.js';

export const BOUNDS_MS: readonly number[] = [1, 2, 5, 10];

/** A server that is ready, after so many seconds. */
export function sampleAt(seconds: number, versions: readonly VersionSample[], cpuMs = 0): Sample {
  return {
    // Set back an hour with every second, which nobody is to notice.
    atMs: 1e12 - seconds * 3_600_000,
    server: {
      name: 'furiosa-server',
      version: '0.1.0',
      isReady: true,
      uptimeMs: seconds * 1000,
      cpuMs,
      residentBytes: 120_000_000,
    },
    boundsMs: BOUNDS_MS,
    versions,
  };
}

export function versionOf(model: string, parts: Partial<VersionSample> = {}): VersionSample {
  return {
    model,
    version: '1',
    state: 'READY',
    reason: '',
    wanted: true,
    devices: ['cpu'],
    memoryBytes: 2_100_000,
    counts: countsOf(),
    ...parts,
  };
}

export function countsOf(parts: Partial<VersionCounts> = {}): VersionCounts {
  return { succeeded: 0, failed: 0, runs: 0, rows: 0, latency: [0, 0, 0, 0, 0], waiting: 0, ...parts };
}
