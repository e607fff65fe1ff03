import { type Exit, exitStatus } from './exit.js';

/** A server that has lived so long is sound: its crash is the first of a row. */
export const SOUND_MS = 60_000;

/** So many crashes in a row are too many. */
export const MAX_CRASHES = 10;

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30_000;

/** What is known when a server has ended. */
export interface Ending extends Exit {
  readonly livedMs: number;
  /** Crashes in a row before this one. */
  readonly crashes: number;
  /** Whether any server of this supervisor got so far that it could serve. */
  readonly hasServed: boolean;
}

export type NextStart =
  | { readonly kind: 'start'; readonly delayMs: number; readonly crashes: number }
  | { readonly kind: 'end'; readonly status: number; readonly why: 'done' | 'never-served' | 'crashes' };

/**
 * Whether a server that ended without being asked to is started again, and when. Status 0 is somebody's wish. A status
 * of its own before any server could serve says that options, ports or models are wrong, which no restart mends. The
 * first crash of a row is mended at once; then the wait doubles, from one second to half a minute.
 */
export function nextStart(ending: Ending): NextStart {
  const status = exitStatus(ending);
  if (status === 0) return { kind: 'end', status, why: 'done' };
  if (!ending.hasServed && ending.signal === null) return { kind: 'end', status, why: 'never-served' };
  const crashes = ending.livedMs >= SOUND_MS ? 1 : ending.crashes + 1;
  if (crashes >= MAX_CRASHES) return { kind: 'end', status, why: 'crashes' };
  const delayMs = crashes === 1 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (crashes - 2));
  return { kind: 'start', delayMs, crashes };
}
