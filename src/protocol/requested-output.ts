import type { Parameters, RequestedOutput } from '#inference/request.js';
import { readCount } from './parameter.js';

/** An output that a request asks for, as the request has it. */
export interface OutputDraft {
  /** For instance `outputs[0]`. */
  readonly place: string;
  readonly name: string;
  readonly parameters: Parameters;
}

/**
 * The outputs that a request asks for; none at all means all of them, as in Triton. Throws INVALID_ARGUMENT for a
 * parameter that is not what it has to be.
 */
export function requestedOutputs(drafts: readonly OutputDraft[]): readonly RequestedOutput[] | 'all' {
  if (drafts.length === 0) return 'all';
  return drafts.map(({ name, parameters, place }) => {
    const classes = readCount(parameters, 'classification', `${place}.parameters`) ?? 0;
    return { name, classes: Number(classes) };
  });
}
