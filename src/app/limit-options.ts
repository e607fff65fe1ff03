import { readFileSync } from 'node:fs';
import type { Settings } from '#config/settings.js';
import type { LimitOptions } from '#server/limits/limit-options.js';

/** Of the memory that the process may use: models, tensors and answers need the rest. */
const INFLIGHT_SHARE = 1 / 4;

const MAX_CONNECTIONS = 20_000;
/** Of the files that the process may open: models, logs and engines need some. */
const CONNECTION_SHARE = 0.9;

/** What the host allows. */
export interface HostLimits {
  /** Memory that the process may use. */
  readonly memoryBytes: number;
  /** Files that it may open; null where that is not known, or there is no bound. */
  readonly openFiles: number | null;
}

/** The limits with those filled in that follow from the host. */
export function limitOptions(
  limits: Settings['limits'],
  { memoryBytes, openFiles }: HostLimits,
): LimitOptions {
  const connections = Math.min(MAX_CONNECTIONS, Math.floor((openFiles ?? Infinity) * CONNECTION_SHARE));
  return {
    ...limits,
    maxInflightBytes: limits.maxInflightBytes ?? Math.floor(memoryBytes * INFLIGHT_SHARE),
    maxConnections: limits.maxConnections ?? Math.max(1, connections),
  };
}

/** The files that this process may open, as Linux tells it; null elsewhere. */
export function openFilesLimit(): number | null {
  try {
    return openFilesIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}

/** @param text of `/proc/self/limits` */
export function openFilesIn(text: string): number | null {
  const [, soft] = /^Max open files\s+(\S+)/m.exec(text) ?? [];
  return soft === undefined || soft === 'unlimited' ? null : Number(soft);
}
