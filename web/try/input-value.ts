import type { Picture } from './picture.js';
import type { Problem } from './problem.js';
import type { Shape } from './shape.js';

/** What an editor has made of what somebody gave it. */
export type InputValue =
  | {
      readonly shape: Shape;
      readonly bytes: Uint8Array;
      /** What the model sees, where it is a picture. */
      readonly picture?: Picture;
    }
  | { readonly problem: Problem | null };

/** What every editor is given. */
export interface EditorProps<Spec> {
  readonly spec: Spec;
  readonly onValue: (value: InputValue) => void;
}
