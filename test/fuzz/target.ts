import type fc from 'fast-check';

/** Something that reads bytes which nobody vouches for. */
export interface FuzzTarget {
  readonly name: string;
  /** What is read, and what is held against it, as the table in docs/fuzzing.md tells it. */
  readonly about: string;
  /** Honest inputs, from which the first others are made. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words of the format, which mutators put in. */
  readonly words: readonly string[];
  /** Whole inputs by the structure of the format; left out where bytes have none. */
  readonly made?: fc.Arbitrary<Uint8Array>;
  /** The longest input; 4096 bytes if not said. */
  readonly maxBytes?: number;
  /** How many of these take as long as one of the usual targets' inputs; 1 if not said. Shares the time out. */
  readonly cost?: number;
  /**
   * Reads the input and checks what came of it. May throw the errors that `outcome.ts` foresees; anything else that is
   * thrown is a finding. Answers in a word what the input was taken for: an input with a new word is worth keeping.
   */
  readonly run: (input: Uint8Array) => string | Promise<string>;
  /** Ends what `run` has started. */
  readonly stop?: () => Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Texts as inputs. */
export function textSeeds(...texts: readonly string[]): () => readonly Uint8Array[] {
  return () => texts.map(utf8);
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** As a text, whatever the bytes are. */
export function textOf(input: Uint8Array): string {
  return decoder.decode(input);
}
