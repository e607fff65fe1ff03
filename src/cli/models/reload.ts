import { errorOf, refusalOf } from '#cli/ask-server.js';
import { CommandFailure } from '#cli/command-failure.js';
import { whileWorking } from '#cli/progress.js';
import { decoded, type ManagedServer, read, tell } from './managed-server.js';
import type { ModelsContext } from './models-context.js';
import { type PlanLine, printPlan, type StepKind, stepsOf } from './print-plan.js';
import { decodePlan, type PlanStep, type ReloadPlan } from './reload-plan.js';
import { decodeModels, type RepositoryModel, type RepositoryVersion } from './repository-model.js';

/** Prints what a reload would do. Throws a `CommandFailure` with every problem where it cannot be done. */
export async function planReload(server: ManagedServer, { terminal }: ModelsContext): Promise<number> {
  const plan = await read(server, 'v2/repository/plan', decodePlan);
  if (!plan.canApply) throw unapplied(server, plan, []);
  const lines = stepsOf(plan).map(([kind, step]): PlanLine => ({ verb: kind, kind, step, fault: '' }));
  printPlan(lines, plan, 'planned', terminal);
  return 0;
}

/** Has the server follow its configuration, and prints what became of each version; 1 where one failed. */
export async function reload(server: ManagedServer, context: ModelsContext): Promise<number> {
  const question = { method: 'POST', path: 'v2/repository/reload', limitMs: null } as const;
  const answer = await whileWorking(() => 'reloading', tell(server, question), context);
  if (answer.status === 400) throw await refused(server, errorOf(answer.body) ?? refusalOf(answer));
  const plan = decoded(server, answer, decodePlan);
  if (!plan.canApply) throw unapplied(server, plan, [NOTHING_CHANGED]);
  const models = await read(server, 'v2/repository/models', decodeModels);
  const lines = stepsOf(plan).map(([kind, step]) => outcomeOf(kind, step, versionOf(step, models)));
  printPlan(lines, plan, 'done', context.terminal);
  return lines.some(({ verb }) => verb === 'failed') ? 1 : 0;
}

const NOTHING_CHANGED = 'nothing was changed';

/** The server's sentence, or where the configuration is at fault its problems: the sentence has them all in one line. */
async function refused(server: ManagedServer, sentence: string): Promise<CommandFailure> {
  const plan = await read(server, 'v2/repository/plan', decodePlan).catch(() => null);
  if (plan?.canApply === false) return unapplied(server, plan, [NOTHING_CHANGED]);
  const why = sentence.startsWith(`${NOTHING_CHANGED}: `)
    ? sentence.slice(NOTHING_CHANGED.length + 2)
    : sentence;
  return failure(server, [...why.split('\n'), NOTHING_CHANGED]);
}

/** Every problem in lines of its own, under a sentence that says what they are. */
function unapplied(
  server: ManagedServer,
  { problems }: ReloadPlan,
  after: readonly string[],
): CommandFailure {
  const lines = problems.flatMap((problem) => problem.split('\n'));
  return failure(server, ['the configuration of the server cannot be applied', ...lines, ...after]);
}

function failure({ command }: ManagedServer, [first = '', ...rest]: readonly string[]): CommandFailure {
  return new CommandFailure(1, [`${command}: ${first}`, ...rest]);
}

function versionOf(
  { model, version }: PlanStep,
  models: readonly RepositoryModel[],
): RepositoryVersion | null {
  const found = models.find(({ name }) => name === model);
  return found?.versions.find((each) => each.version === version) ?? null;
}

const VERBS: Readonly<Record<StepKind, Readonly<Record<string, string>>>> = {
  load: { READY: 'loaded', LOADING: 'loading' },
  change: { READY: 'changed', LOADING: 'changing' },
  unload: { UNAVAILABLE: 'unloaded', UNLOADING: 'unloading' },
  // Nothing is loaded for that: it holds whatever state the version is in.
  route: { READY: 'rerouted', LOADING: 'rerouted', UNLOADING: 'rerouted', UNAVAILABLE: 'rerouted' },
};

/** What became of a step, by the state that its version has afterwards; null is a version that is not known any more. */
export function outcomeOf(kind: StepKind, step: PlanStep, version: RepositoryVersion | null): PlanLine {
  const state = version?.state ?? 'UNAVAILABLE';
  const verb = VERBS[kind][state];
  if (verb !== undefined) return { verb, kind, step, fault: '' };
  const reason = version?.reason ?? '';
  return { verb: 'failed', kind, step, fault: reason === '' ? `it is ${state}` : reason };
}
