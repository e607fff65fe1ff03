/**
 * What a version can be, and where it can go from there:
 *
 *   offered ──► loading ──► ready ──► unloading ──► offered
 *                  │          │
 *                  ▼          ▼
 *                failed ◄─────┘ (its last instance was lost)
 *                  │
 *                  └──► loading (asked for again)
 */
export type VersionState = 'offered' | 'loading' | 'ready' | 'unloading' | 'failed';

/** The states of the V2 repository index. */
export type IndexState = 'UNAVAILABLE' | 'LOADING' | 'READY' | 'UNLOADING';

export const INDEX_STATE: Readonly<Record<VersionState, IndexState>> = {
  offered: 'UNAVAILABLE',
  loading: 'LOADING',
  ready: 'READY',
  unloading: 'UNLOADING',
  failed: 'UNAVAILABLE',
};
