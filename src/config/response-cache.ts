import { mapping } from './collections.js';
import { boolean } from './scalars.js';
import { required, type Schema } from './schema.js';

/** Triton's `response_cache` of a model: whether its answers are kept. */
export const responseCache: Schema<boolean> = mapping(
  'a mapping with the key enable',
  { enable: required(boolean, 'Answers to the same request are kept and given again.') },
  ({ enable }) => enable,
);
