/**
 * What a load of a version can be, and where it can go from there:
 *
 *   offered ──► loading ──► ready ──► unloading ──► gone
 *                  │          │
 *                  ▼          ▼
 *                failed ◄─────┘ (its last instance was lost)
 *
 * What failed is tried again by a load of its own.
 */
export type VersionState = 'offered' | 'loading' | 'ready' | 'unloading' | 'failed' | 'gone';

/** The states of the V2 repository index. */
export type IndexState = 'UNAVAILABLE' | 'LOADING' | 'READY' | 'UNLOADING';

export const INDEX_STATE: Readonly<Record<VersionState, IndexState>> = {
  offered: 'UNAVAILABLE',
  loading: 'LOADING',
  ready: 'READY',
  unloading: 'UNLOADING',
  failed: 'UNAVAILABLE',
  gone: 'UNAVAILABLE',
};
