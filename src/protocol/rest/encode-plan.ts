import type { PlanReport } from '#serving/serving.js';
import { type JsonSchema, objectSchema } from './definition.js';

/** What a reload would do, as JSON. Our own addition to the protocol. */
export function encodePlan({
  canApply,
  problems,
  load,
  change,
  unload,
  route,
  keep,
  restart,
}: PlanReport): object {
  return { can_apply: canApply, problems, load, change, unload, route, keep, restart };
}

const STEP: JsonSchema = objectSchema(
  { model: { type: 'string' }, version: { type: 'string' }, why: { type: 'string' } },
  ['model', 'version', 'why'],
);

const PARTS = {
  can_apply: { type: 'boolean', description: 'Whether nothing is wrong with what was read.' },
  problems: {
    type: 'array',
    items: objectSchema({ text: { type: 'string' } }, ['text']),
    description: 'What is wrong, each with its place; then nothing else here means anything.',
  },
  load: { type: 'array', items: STEP, description: 'Versions that are not loaded now.' },
  change: {
    type: 'array',
    items: STEP,
    description: 'Versions that are loaded anew beside what serves, which then leaves.',
  },
  unload: { type: 'array', items: STEP },
  route: {
    type: 'array',
    items: STEP,
    description:
      'Versions that stay loaded as they are, with other labels, another weight or part as a shadow.',
  },
  keep: { type: 'integer', description: 'Versions that stay as they are.' },
  restart: {
    type: 'array',
    items: { type: 'string' },
    description: 'Settings that changed and need a new start of the server.',
  },
};

const REQUIRED = ['can_apply', 'problems', 'load', 'change', 'unload', 'route', 'keep', 'restart'];

export const PLAN: JsonSchema = { title: 'RepositoryPlan', ...objectSchema(PARTS, REQUIRED) };

export const PLAN_APPLIED: JsonSchema = {
  title: 'RepositoryPlanApplied',
  ...objectSchema({ ...PARTS, applied: { type: 'boolean' } }, [...REQUIRED, 'applied']),
};
