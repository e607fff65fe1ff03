import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';
import type { Model } from './model.js';
import type { OfferedModel } from './offer.js';

/** How long the replacement of a version takes is not known: another try costs little. */
const REPLACED_AFTER_SECONDS = 1;

/**
 * Why the version that is meant, the usual one where none is named, cannot serve: NOT_FOUND or UNAVAILABLE.
 *
 * @param isTrial it is meant by a step that is on trial, which means what will be
 */
export function cannotServe(model: Model, version: string | null, isTrial = false): ServingError {
  const offered = model.offeredIn(isTrial);
  const meant = version === null ? model.whichWouldServe(isTrial) : model.versionNamed(version, isTrial);
  if (meant === null) return version === null ? nothingOf(offered) : unknownVersion(offered, version);
  const load = isTrial ? null : model.named(meant);
  const why = load === null && offered.fault !== null && model.isAsked ? offered.fault : 'it is not loaded';
  return new ServingError(
    'UNAVAILABLE',
    load?.notReadySentence() ?? `model '${model.name}' version ${meant} is not at ready state: ${why}`,
    model.isBeingReplaced ? { retryAfterSeconds: REPLACED_AFTER_SECONDS } : {},
  );
}

export function unknownModel(name: string): ServingError {
  return new ServingError('NOT_FOUND', `Request for unknown model: '${clip(name)}' is not found`);
}

/** What Triton says of a load. */
export function failedToPoll(name: string): ServingError {
  const text = `failed to load '${clip(name)}', failed to poll from model repository`;
  return new ServingError('NOT_FOUND', `${text}: no model of that name is configured`);
}

export function unknownVersion({ name, versions, labels }: OfferedModel, version: string): ServingError {
  const known = versions.map((each) => each.version);
  const has = [...known, ...Object.entries(labels).map(([label, of]) => `${label} (${of})`)];
  const text = `Request for unknown model: '${clip(name)}' version ${clip(version)} is not found; it has`;
  return new ServingError('NOT_FOUND', `${text} ${has.length === 0 ? 'no version' : has.join(', ')}`);
}

function nothingOf({ name, fault }: OfferedModel): ServingError {
  return new ServingError(
    'UNAVAILABLE',
    `model '${name}' is not at ready state: ${fault ?? 'it has no version'}`,
  );
}
