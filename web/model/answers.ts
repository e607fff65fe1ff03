import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api.js';

/** What the server says of a model and its version: `GET /v2/models/M/versions/V`. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly properties?: Readonly<Record<string, string>>;
}

export interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  /** -1 stands for any length. */
  readonly shape: readonly number[];
}

/** The part of Triton's `ModelConfig` that has a meaning of its own here; all of it is shown. */
export interface ModelConfig {
  readonly max_batch_size?: number;
  readonly output?: readonly { readonly name: string; readonly label_filename?: string }[];
}

/** What came of asking. */
export type Answered<Answer> =
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly answer: Answer }
  | { readonly state: 'failed'; readonly sentence: string };

/**
 * Asks once for each path and occasion. Null asks nothing.
 *
 * @param occasion what makes an old answer worthless, such as a version that was loaded anew
 */
export function useAnswer<Answer>(path: string | null, occasion: string): Answered<Answer> {
  const [answered, setAnswered] = useState<Answered<Answer>>({ state: 'asking' });
  useEffect(() => {
    setAnswered({ state: 'asking' });
    if (path === null) return;
    let isWanted = true;
    ask<Answer>('GET', path).then(
      (answer) => isWanted && setAnswered({ state: 'answered', answer }),
      (thrown: Error) => isWanted && setAnswered({ state: 'failed', sentence: thrown.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [path, occasion]);
  return answered;
}
