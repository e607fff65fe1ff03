import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';

/** The ways of compressing a body that this server knows. `deflate` is the zlib format, as HTTP defines it (RFC 9110). */
export type ContentCoding = 'gzip' | 'deflate' | 'identity';

/** What a client may send, as the `Accept-Encoding` header of a refusal says it. */
export const ACCEPTED_CODINGS = 'gzip, deflate';

/** UNIMPLEMENTED: a body whose coding this server does not know. The answer should say which it knows. */
export class UnknownCoding extends ServingError {
  constructor(coding: string) {
    super(
      'UNIMPLEMENTED',
      `the Content-Encoding '${clip(coding)}' is not supported; supported are gzip, deflate and identity`,
    );
  }
}

/** The coding that a Content-Encoding header names. Throws UnknownCoding, also for several codings one over another. */
export function contentCodingOf(header: string | undefined): ContentCoding {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate') return 'deflate';
  throw new UnknownCoding(name);
}

/** In the order of preference where a client likes several equally well. */
const PREFERENCE: readonly ContentCoding[] = ['gzip', 'deflate', 'identity'];

/**
 * The coding that an Accept-Encoding header likes best (RFC 9110, section 12.5.3): the highest weight wins. Without
 * the header, and where it refuses all three, nothing is compressed.
 */
export function chooseCoding(header: string | undefined): ContentCoding {
  if (header === undefined) return 'identity';
  const weights = weightsOf(header);
  const others = weights.get('*');
  // What is not named at all is identity's case only: it is acceptable, and liked less than anything that is named.
  const weightOf = (coding: ContentCoding): number =>
    weights.get(coding) ?? others ?? (coding === 'identity' ? Number.MIN_VALUE : 0);
  let best: ContentCoding = 'identity';
  let highest = 0;
  for (const coding of PREFERENCE) {
    const weight = weightOf(coding);
    if (weight > highest) [best, highest] = [coding, weight];
  }
  return best;
}

/** Each name in the header with its weight, from 0 to 1; what cannot be read weighs nothing. */
function weightsOf(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const written = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    const weight = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(written) ? Number(written) : 0;
    weights.set(name === 'x-gzip' ? 'gzip' : name, weight);
  }
  return weights;
}
