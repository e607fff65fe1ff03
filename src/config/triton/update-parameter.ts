import type { Placed } from '#config/collections.js';
import { scalarSpot } from '#config/node.js';
import type { Report } from '#config/report.js';
import { updatePolicy } from '#config/version-keys.js';
import type { UpdatePolicy } from '#lifecycle/update-policy.js';

/** Ours among `parameters`: Triton always loads beside what serves. */
export const UPDATE_POLICY = 'update_policy';

/** What `parameters` says of how versions are replaced; null where nothing is said. */
export function updateIn(
  parameters: Readonly<Record<string, Placed<string>>>,
  report: Report,
): UpdatePolicy | null {
  const given = parameters[UPDATE_POLICY];
  return (given && updatePolicy.read(scalarSpot(given.value, given.place), report)) ?? null;
}
