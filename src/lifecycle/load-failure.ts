import { invalid, ServingError } from '#core/errors.js';
import type { Model } from './model.js';

/** Throws where something that is wanted of a model is not ready. */
export function throwFailures({
  name,
  failures,
  missing,
  faults,
  offered: { versions, fault },
}: Model): void {
  const reasons = [
    ...failures.map(
      ({ version, indexState, reason }) => `version ${version} is at ${indexState} state: ${reason}`,
    ),
    ...(fault === null ? faults : []).map(
      ([version, why]) => `version ${version} is at UNAVAILABLE state: ${why}`,
    ),
    ...missing.map((version) => `version ${version} is not there`),
    ...(fault === null ? [] : [fault]),
    ...(versions.length === 0 && fault === null ? ['it has no version'] : []),
  ];
  if (reasons.length > 0) throw invalid(`load failed for model '${name}': ${reasons.join('; ')}`);
}

export function unloadedMeanwhile({ name }: Model): ServingError {
  return new ServingError('UNAVAILABLE', `load failed for model '${name}': it was unloaded meanwhile`);
}
