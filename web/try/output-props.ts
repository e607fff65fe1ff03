import type { OutputSpec } from './model-facts.js';
import type { Picture } from './picture.js';
import type { Tensor } from './wire.js';

/** What every form of an output is given. */
export interface OutputProps {
  readonly tensor: Tensor;
  readonly spec: OutputSpec;
  /** Its elements as numbers; those of BYTES are NaN. */
  readonly values: Float64Array;
  /** What the model saw, where an input was a picture. */
  readonly seen: Picture | null;
}
