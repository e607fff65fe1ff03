import type { ApiCategory } from '#core/api-category.js';
import type { Identity } from './identity.js';
import { matchesPattern } from './matches-pattern.js';
import type { Grant, Policy } from './policy.js';

export type Decision = 'allow' | 'UNAUTHENTICATED' | 'PERMISSION_DENIED';

/**
 * Whether somebody may use a part of the API. Whoever is known may do what anybody may, and what the roles allow. Who is refused and
 * not known is told to say who it is.
 *
 * @param identity null for nobody known
 * @param model the model that it concerns; null for all of them together; undefined where none is named
 */
export function decide(
  policy: Pick<Policy, 'roles' | 'anonymous'>,
  identity: Pick<Identity, 'roles'> | null,
  category: ApiCategory,
  model: string | null | undefined,
): Decision {
  const isAllowed = grantsOf(policy, identity).some((grant) => allows(grant, category, model));
  if (isAllowed) return 'allow';
  return identity === null ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED';
}

/** All that somebody may. */
export function grantsOf(
  { roles, anonymous }: Pick<Policy, 'roles' | 'anonymous'>,
  identity: Pick<Identity, 'roles'> | null,
): readonly Grant[] {
  const own = identity?.roles ?? [];
  return [...anonymous, ...own.flatMap((name) => (Object.hasOwn(roles, name) ? (roles[name] ?? []) : []))];
}

function allows({ allow, models }: Grant, category: ApiCategory, model: string | null | undefined): boolean {
  if (!allow.includes(category)) return false;
  if (model === undefined) return true;
  if (model === null) return models.includes('*');
  return models.some((pattern) => matchesPattern(pattern, model));
}
