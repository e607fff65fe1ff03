/** How long the rivals are measured, and what they are held to. */

import type { Plan } from '../side-by-side.js';
import type { Goal } from '../spread.js';
import type { Transport } from './servers.js';

export interface RivalsPlan {
  readonly tiny: Plan;
  readonly mid: Plan;
  readonly idleMs: number;
  /** Of an open loop. */
  readonly server: { readonly rounds: number; readonly durationMs: number };
}

export const FULL_PLAN: RivalsPlan = {
  tiny: { rounds: 6, blockMs: 1500, warmUpMs: 1000 },
  mid: { rounds: 6, blockMs: 2500, warmUpMs: 1000 },
  idleMs: 3000,
  server: { rounds: 5, durationMs: 4000 },
};

/** Whether everything works: the figures mean little. */
export const QUICK_PLAN: RivalsPlan = {
  tiny: { rounds: 2, blockMs: 250, warmUpMs: 100 },
  mid: { rounds: 2, blockMs: 500, warmUpMs: 100 },
  idleMs: 300,
  server: { rounds: 2, durationMs: 1000 },
};

/** Of our rate to a rival's, all asked at once; null where no goal is set. */
export function rateGoal(rival: string, model: 'tiny' | 'mid', transport: Transport): Goal | null {
  if (rival === 'MLServer' || rival === 'KServe') return { least: model === 'tiny' ? 8 : 1.2 };
  return rival === 'Triton' && TRITON_TRANSPORTS.includes(transport) ? { least: 1 } : null;
}

/** Of a rival's p99 to ours. */
export function p99Goal(rival: string): Goal | null {
  return rival === 'MLServer' || rival === 'KServe' ? { least: 1 } : null;
}

const TRITON_TRANSPORTS: readonly Transport[] = ['REST JSON', 'REST binary', 'gRPC'];
