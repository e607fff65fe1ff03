/** What stands between the server and the engine of a model: a thread, a process, or nothing, where it runs in the server's own thread. */
export const WALLS = ['thread', 'process', 'none'] as const;
export type WallKind = (typeof WALLS)[number];

/** How a model is kept apart from the server and the other models. */
export interface Isolation {
  readonly wall: WallKind;
  /** A run that takes longer ends its process; null for never. Of a process only: nothing else can be ended in native code. */
  readonly runTimeoutMs: number | null;
  /** A load that takes longer has failed; null for never. It ends a process, while a thread goes on until it is done. */
  readonly loadTimeoutMs: number | null;
}

export const PLAIN_ISOLATION: Isolation = { wall: 'thread', runTimeoutMs: null, loadTimeoutMs: null };
