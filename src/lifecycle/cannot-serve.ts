import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';
import type { Model } from './model.js';

/** Why the version that is meant, the usual one where none is named, cannot serve: NOT_FOUND or UNAVAILABLE. */
export function cannotServe(model: Model, version: string | null): ServingError {
  const meant = version === null ? model.whichWouldServe : model.versionNamed(version);
  if (meant === null) return version === null ? nothingOf(model) : unknownVersion(model, version);
  const load = model.named(meant);
  const { fault } = model.offered;
  const why = load === null && fault !== null && model.isAsked ? fault : 'it is not loaded';
  return new ServingError(
    'UNAVAILABLE',
    load?.notReadySentence() ?? `model '${model.name}' version ${meant} is not at ready state: ${why}`,
  );
}

export function unknownModel(name: string): ServingError {
  return new ServingError('NOT_FOUND', `Request for unknown model: '${clip(name)}' is not found`);
}

export function unknownVersion({ name, offered }: Model, version: string): ServingError {
  const known = offered.versions.map((each) => each.version).join(', ');
  const labels = Object.entries(offered.labels).map(([label, of]) => `${label} (${of})`);
  const has = [known, ...labels].filter((each) => each !== '').join(', ');
  const text = `Request for unknown model: '${clip(name)}' version ${clip(version)} is not found; it has ${has}`;
  return new ServingError('NOT_FOUND', text);
}

function nothingOf({ name, offered }: Model): ServingError {
  const why = offered.fault ?? 'it has no version';
  return new ServingError('UNAVAILABLE', `model '${name}' is not at ready state: ${why}`);
}
