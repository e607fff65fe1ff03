/** A run of processing elements (PEs) of one card, both ends included. */
export interface Cores {
  readonly first: number;
  readonly last: number;
}

/** How many PEs a run has. */
export function widthOf(cores: Cores): number {
  return cores.last - cores.first + 1;
}

/** Whether two runs of the same card share a PE. Null is the whole card, which meets everything on it. */
export function coresMeet(a: Cores | null, b: Cores | null): boolean {
  return a === null || b === null || (a.first <= b.last && b.first <= a.last);
}

/** The canonical name: `npu:0` for a whole card, `npu:0:1` for one PE, `npu:0:0-1` for fused PEs. */
export function npuName(device: number, cores: Cores | null): string {
  if (cores === null) return `npu:${device}`;
  const range = cores.first === cores.last ? `${cores.first}` : `${cores.first}-${cores.last}`;
  return `npu:${device}:${range}`;
}
