import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { LoadRequest, UnloadRequest } from '#serving/serving.js';
import { wrongValue } from './request-faults.js';

/** What a parameter of a load or an unload may be. */
export type ControlValue = boolean | number | bigint | string | Uint8Array;

export type ControlParameters = Iterable<readonly [name: string, value: ControlValue]>;

const FILE = 'file:';

/**
 * The parameters of a load: Triton's `config` and `file:<version>/<path>`, and our `force`. Throws INVALID_ARGUMENT.
 *
 * @param bytesOf reads the contents of a file as the protocol writes them
 */
export function readLoadRequest(
  parameters: ControlParameters,
  bytesOf: (place: string, value: ControlValue) => Uint8Array,
): LoadRequest {
  let isForced = false;
  let config: string | null = null;
  const files = new Map<string, Uint8Array>();
  for (const [name, value] of parameters) {
    const place = `parameters.${name}`;
    if (name === 'force') isForced = flagOf(place, value);
    else if (name === 'config') config = textOf(place, value);
    else if (name.startsWith(FILE)) files.set(name.slice(FILE.length), bytesOf(place, value));
    else throw stranger(name, "'config', 'force' or 'file:<version>/<path>'");
  }
  return { isForced, config, files };
}

/** The parameters of an unload. Throws INVALID_ARGUMENT. */
export function readUnloadRequest(parameters: ControlParameters): UnloadRequest {
  let withDependents = false;
  for (const [name, value] of parameters) {
    if (name !== 'unload_dependents') throw stranger(name, "'unload_dependents'");
    withDependents = flagOf(`parameters.${name}`, value);
  }
  return { withDependents };
}

function flagOf(place: string, value: ControlValue): boolean {
  if (typeof value !== 'boolean') throw wrongValue(place, 'true or false', value);
  return value;
}

function textOf(place: string, value: ControlValue): string {
  if (typeof value !== 'string') throw wrongValue(place, 'a string', value);
  return value;
}

function stranger(name: string, expected: string): Error {
  return invalid(`unknown parameter '${clip(name)}'; expected ${expected}`);
}
