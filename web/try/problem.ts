/** What can be wrong with what somebody typed or dropped; the sentences stand in `web/text/try-text.ts`. */
export type ProblemKey =
  | 'problemNotNumber'
  | 'problemNotInteger'
  | 'problemOutOfRange'
  | 'problemNotBool'
  | 'problemCount'
  | 'problemCountMultiple'
  | 'problemNoElements'
  | 'problemNpy'
  | 'problemNpyType'
  | 'problemNpyOrder'
  | 'problemFileBytes'
  | 'problemSequenceId'
  | 'problemAnswer';

export type Places = Readonly<Record<string, string | number>>;

/** Thrown by whatever reads an input, and told in the language of the page. */
export class Problem extends Error {
  readonly key: ProblemKey;
  readonly places: Places;

  constructor(key: ProblemKey, places: Places = {}) {
    super(`${key} ${JSON.stringify(places)}`);
    this.key = key;
    this.places = places;
  }
}
