import type { KeptSockets } from '#server/kept-sockets.js';

/** What a server has from whoever starts it again after a crash. */
export interface Supervision {
  /** Where its listening sockets are kept; undefined where nobody does. */
  readonly sockets: KeptSockets | undefined;
  /** How often a server was started again after a crash. */
  readonly restarts: number;
}

export const UNSUPERVISED: Supervision = { sockets: undefined, restarts: 0 };
