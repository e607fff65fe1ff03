import type { JsonPlace } from '#cli/json-place.js';

/** One version that a reload loads, changes, unloads or gives other requests. */
export interface PlanStep {
  readonly model: string;
  readonly version: string;
  /** For instance `new` or `settings: dynamic_batching`. */
  readonly why: string;
}

/** What a server would do to follow its configuration, as `GET /v2/repository/plan` tells it. */
export interface ReloadPlan {
  readonly canApply: boolean;
  /** What is wrong with the configuration, each with its place. */
  readonly problems: readonly string[];
  readonly load: readonly PlanStep[];
  readonly change: readonly PlanStep[];
  readonly unload: readonly PlanStep[];
  /** Stay loaded, and other requests get them: other labels, another weight. */
  readonly route: readonly PlanStep[];
  /** How many versions stay as they are. */
  readonly keep: number;
  /** What has changed and counts only after a restart, for instance `http-port`. */
  readonly restart: readonly string[];
}

/** Reads what `GET /v2/repository/plan` and `POST /v2/repository/reload` answer. */
export function decodePlan(answer: JsonPlace): ReloadPlan {
  const steps = (key: string): readonly PlanStep[] => answer.key(key).list().map(decodeStep);
  const routes = answer.key('route').orNull((list) => list.list().map(decodeStep));
  return {
    canApply: answer.key('can_apply').flag(),
    problems: answer
      .key('problems')
      .list()
      .map((problem) => problem.key('text').text()),
    load: steps('load'),
    change: steps('change'),
    unload: steps('unload'),
    route: routes ?? [],
    keep: answer.key('keep').number(),
    restart: answer
      .key('restart')
      .list()
      .map((name) => name.text()),
  };
}

function decodeStep(step: JsonPlace): PlanStep {
  return {
    model: step.key('model').text(),
    version: step.key('version').text(),
    why: step.key('why').orNull((why) => why.text()) ?? '',
  };
}
