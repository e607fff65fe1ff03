/**
 * Where perf_analyzer comes from. Its own package needs glibc 2.38. Older hosts get the last one that came inside
 * tritonclient, which wants two libraries beside it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipInstall } from './python.js';

const PACKAGE = 'perf-analyzer==2.60.0';
const OLDER = ['tritonclient==2.48.0', 'nvidia-cuda-runtime-cu12==12.9.79'];
const BASE64_LIBRARY = 'libb64-0d';

export interface PerfAnalyzer {
  /** The program; '' where there is none. */
  readonly path: string;
  /** Why there is none. */
  readonly missing: string;
}

/** `PERF_ANALYZER` in the environment names one that is there already. */
export function findPerfAnalyzer(python: string, folder: string): PerfAnalyzer {
  const given = process.env['PERF_ANALYZER'];
  if (given !== undefined) return tried(given);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { path: '', missing: 'perf_analyzer is published for Linux on x64 only' };
  }
  const ofPackage = join(dirname(python), 'perf_analyzer');
  const older = join(folder, 'perf_analyzer');
  for (const path of [ofPackage, older]) if (existsSync(path) && tried(path).path !== '') return tried(path);
  console.log('Installing perf_analyzer (once) ...');
  // Where there is no build for this host, pip's own words would only alarm.
  if (pipInstall(python, [PACKAGE], false) && tried(ofPackage).path !== '') return tried(ofPackage);
  console.log('This host is too old for it; installing the older one of tritonclient 2.48 (once) ...');
  return installOlder(python, folder, older);
}

function installOlder(python: string, folder: string, path: string): PerfAnalyzer {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (!pipInstall(python, ['--no-deps', '--target', folder, ...OLDER])) {
    return { path: '', missing: 'perf_analyzer could not be installed' };
  }
  unpackLibrary(folder);
  const libraries = ['nvidia/cuda_runtime/lib', 'usr/lib/x86_64-linux-gnu'].map((part) => join(folder, part));
  const program = join(folder, 'bin', 'perf_analyzer');
  chmodSync(program, 0o755);
  writeFileSync(path, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${program}' "$@"\n`, {
    mode: 0o755,
  });
  return tried(path);
}

/** Debian's and Ubuntu's package, unpacked and not installed. Elsewhere the host may have the library itself. */
function unpackLibrary(folder: string): void {
  const script = `apt-get download ${BASE64_LIBRARY} && dpkg --extract ${BASE64_LIBRARY}_*.deb .`;
  spawnSync('sh', ['-c', script], { cwd: folder, stdio: 'ignore' });
}

function tried(path: string): PerfAnalyzer {
  const { status, stderr, error } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (status === 0) return { path, missing: '' };
  return { path: '', missing: `perf_analyzer does not start: ${error?.message ?? stderr.trim()}` };
}
