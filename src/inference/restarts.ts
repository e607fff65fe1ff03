/**
 * Why an instance was started again: what ran it ended by itself (`crash`), was `killed` by somebody else or by the kernel, or
 * was ended by the server as a run took too long (`hang`); or the start before did not come to its end (`load`).
 */
export const RESTART_REASONS = ['crash', 'killed', 'hang', 'load'] as const;
export type RestartReason = (typeof RESTART_REASONS)[number];

/** How often, by why. */
export type Restarts = Readonly<Record<RestartReason, number>>;

export const NO_RESTARTS: Restarts = { crash: 0, killed: 0, hang: 0, load: 0 };

/** What two have come to, together. */
export function addedRestarts(a: Restarts, b: Restarts): Restarts {
  return {
    crash: a.crash + b.crash,
    killed: a.killed + b.killed,
    hang: a.hang + b.hang,
    load: a.load + b.load,
  };
}
