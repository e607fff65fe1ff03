/** Who decides what is loaded, in Triton's words; `watch` is `poll` that also hears of changes. */
export type ControlMode = 'none' | 'poll' | 'explicit' | 'watch';

export const CONTROL_MODES: readonly ControlMode[] = ['explicit', 'none', 'poll', 'watch'];

export interface ControlOptions {
  readonly mode: ControlMode;
  /** The models that are loaded at the start; null for all. Where files decide, all are loaded. */
  readonly startWith: readonly string[] | null;
  /** How long after a look at the sources the next one comes, where the server looks by itself. */
  readonly pollMs: number;
}

/** Triton looks every 15 s. */
export const DEFAULT_CONTROL: ControlOptions = { mode: 'explicit', startWith: null, pollMs: 15_000 };

/** Whether what exists decides what is loaded, and nobody is asked. */
export function followsFiles(mode: ControlMode): boolean {
  return mode === 'poll' || mode === 'watch';
}
