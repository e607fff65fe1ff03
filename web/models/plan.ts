/** What `GET /v2/repository/plan` answers. */
export interface Plan {
  readonly can_apply: boolean;
  readonly problems: readonly { readonly text: string }[];
  readonly load: readonly PlanStep[];
  readonly change: readonly PlanStep[];
  readonly unload: readonly PlanStep[];
  /** Stay loaded, with other labels or another weight. */
  readonly route: readonly PlanStep[];
  readonly keep: number;
  readonly restart: readonly string[];
}

export interface PlanStep {
  readonly model: string;
  readonly version: string;
  readonly why: string;
}

/** Whether applying it would do anything. */
export function changesAnything({ can_apply, load, change, unload, route }: Plan): boolean {
  return can_apply && load.length + change.length + unload.length + route.length > 0;
}
