import type { RestartReason } from '#inference/restarts.js';

/** Why the thread or process of an instance is gone. */
export type DeathCause = Exclude<RestartReason, 'load'>;
