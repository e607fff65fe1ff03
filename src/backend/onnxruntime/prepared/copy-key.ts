import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { arch, platform } from 'node:process';
import type { SessionOptions } from '#backend/onnxruntime/engine.js';
import { sha256 } from './content-of.js';

/** What a prepared copy was made of, and by. Two that agree in all of it have the same bytes. */
export interface CopyOrigin {
  /** SHA-256 of the model's file and of those beside it that hold its weights. */
  readonly contents: readonly string[];
  /** The engine and its version. */
  readonly engine: string;
  /** What the CPU can do: weights are laid out for its instructions. */
  readonly cpu: string;
  readonly options: SessionOptions;
}

/** Raised where what this server writes into a copy changes. */
const FORMAT = 1;

/** The name of the copy: 64 hexadecimal digits. */
export function copyKeyOf({ contents, engine, cpu, options }: CopyOrigin): string {
  return sha256(JSON.stringify([FORMAT, contents, engine, cpu, ordered(shapingOf(options))]));
}

/** Threads and memory are how a graph is run, not what it is. */
function shapingOf(options: SessionOptions): Readonly<Record<string, unknown>> {
  const { intraOpNumThreads, interOpNumThreads, enableCpuMemArena, enableMemPattern, ...shaping } = options;
  return { ...shaping };
}

/** The same settings in another order are the same. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, each]) => [key, ordered(each)]);
}

/** What this host's CPU can do, in whatever words. */
export function thisCpu(): string {
  return [platform, arch, cpus()[0]?.model ?? '', cpuFlags()].join(' ');
}

/** The instruction sets of the first core; empty where Linux does not tell them. */
function cpuFlags(): string {
  try {
    return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}
