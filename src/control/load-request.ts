/** What is asked of a load beyond the name. */
export interface LoadRequest {
  /** Loads again though nothing has changed. */
  readonly isForced: boolean;
  /** A model configuration as JSON, in place of what the source has; null for none. */
  readonly config: string | null;
  /** The contents of `<version>/<path>`, in place of the source's files. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export const PLAIN_LOAD: LoadRequest = { isForced: false, config: null, files: new Map() };

/** What is asked of an unload beyond the name. */
export interface UnloadRequest {
  /** The models of an ensemble's steps go with it. */
  readonly withDependents: boolean;
}
