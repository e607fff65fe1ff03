import type { ChangePlan } from '#lifecycle/change-plan.js';
import type { ModelSource } from './model-source.js';

/** What came of reading the configuration again. */
export interface Rereading {
  /** What is wrong with it, each with its place; then nothing else here means anything. */
  readonly problems: readonly string[];
  /** What the configuration has from now on, in place of the source of the same name. */
  readonly source: ModelSource;
  /** Settings that changed and need a new start. */
  readonly restart: readonly string[];
  /** To be called once it is applied. */
  accept(): void;
}

/** What a reload would do, or has done. */
export interface PlanReport extends ChangePlan {
  readonly canApply: boolean;
  readonly problems: readonly { readonly text: string }[];
  readonly restart: readonly string[];
}

export function reportOf(
  problems: readonly string[],
  plan: ChangePlan | null,
  restart: readonly string[],
): PlanReport {
  return {
    canApply: problems.length === 0,
    problems: problems.map((text) => ({ text })),
    ...(plan ?? { load: [], change: [], unload: [], route: [], keep: 0 }),
    restart,
  };
}
