import { operationFailed, usageError } from '#cli/command-failure.js';
import type { OptionValues } from '#cli/command-option.js';
import { managedServer } from '#cli/models/managed-server.js';
import type { ModelsContext } from '#cli/models/models-context.js';
import type { Invocation } from '#cli/parse.js';
import { ImpossibleTarget, type Plan, type PlanTarget, planFor } from '#planning/plan.js';
import type { ModelProfile } from '#planning/profile.js';
import { planJson, planPage } from './print-plan.js';
import { readProfile, writeProfile } from './profile-file.js';
import { readRate } from './rate.js';
import { takeProfile } from './take-profile.js';

interface PlanOptions {
  readonly rate?: string;
  readonly 'p99-ms'?: number;
  readonly cores?: number;
  readonly headroom?: number;
  readonly spare?: number;
  readonly measure?: number;
  readonly request?: string;
  readonly profile?: string;
  readonly save?: string;
  readonly json?: boolean;
}

const COMMAND = 'furiosa plan';

/** Tells how many servers a load needs, and answers the exit status. */
export async function runPlan(
  { values, argument }: Invocation,
  env: Readonly<Record<string, string | undefined>>,
  context: ModelsContext,
): Promise<number> {
  const options = values as PlanOptions;
  const target = targetOf(options);
  const profile = await profileFor(values, argument, env, context);
  if (options.save !== undefined) writeProfile(COMMAND, options.save, profile);
  if (target === null) {
    context.terminal.writeError(`${COMMAND}: ${options.save} has what ${profile.model} costs\n`);
    return 0;
  }
  const plan = planned(profile, target);
  const { terminal } = context;
  terminal.write(
    options.json === true
      ? planJson(profile, target, plan)
      : planPage(profile, target, plan, terminal.columns, terminal.style),
  );
  return 0;
}

/** Null where only a profile is to be saved. Throws a CommandFailure. */
function targetOf(options: PlanOptions): PlanTarget | null {
  const { rate, 'p99-ms': p99Ms, save } = options;
  if (rate === undefined && p99Ms === undefined && save !== undefined) return null;
  if (rate === undefined) throw usageError(COMMAND, "the rate is missing: '--rate 500/s'");
  if (p99Ms === undefined) throw usageError(COMMAND, "the latency is missing: '--p99-ms 50'");
  const perSecond = readRate(rate);
  if (perSecond === null)
    throw usageError(
      COMMAND,
      `option '--rate' must be a number of requests above 0, such as 500/s, 20/min or 1000/h; '${rate}' was given`,
    );
  return {
    ...{ perSecond, p99Ms, cores: options.cores ?? null },
    headroom: (options.headroom ?? 0) / 100,
    spare: options.spare ?? 0,
  };
}

async function profileFor(
  values: OptionValues,
  name: string | null,
  env: Readonly<Record<string, string | undefined>>,
  context: ModelsContext,
): Promise<ModelProfile> {
  const { profile, measure, request } = values as PlanOptions;
  if (profile !== undefined) {
    const other = ['measure', 'request', 'url'].find((option) => values[option] !== undefined);
    if (other !== undefined)
      throw usageError(COMMAND, `'--${other}' is about a server and cannot be used with '--profile'`);
    const read = readProfile(COMMAND, profile);
    if (name !== null && name !== read.model)
      throw usageError(COMMAND, `${profile} is about '${read.model}' and not about '${name}'`);
    return read;
  }
  if (name === null) throw usageError(COMMAND, "the NAME of a model is missing, or '--profile' with a file");
  if (request !== undefined && measure === undefined)
    throw usageError(COMMAND, "'--request' says what to measure with and is used with '--measure'");
  const server = managedServer(COMMAND, values, env);
  return await takeProfile(server, name, { measureS: measure ?? null, request }, context);
}

function planned(profile: ModelProfile, target: PlanTarget): Plan {
  try {
    return planFor(profile, target);
  } catch (thrown) {
    if (thrown instanceof ImpossibleTarget) throw operationFailed(COMMAND, thrown.message);
    throw thrown;
  }
}
