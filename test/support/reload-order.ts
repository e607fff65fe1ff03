export const MODEL_NAME = 'generations';

/** What `reload-server.ts` is to do with its model. */
export interface ReloadOrder {
  /** What there is, of which the newest is to serve; null: the model is to be unloaded. */
  readonly versions: readonly { readonly version: string; readonly path: string }[] | null;
  /** Whether it is loaded again though it has not changed. */
  readonly isForced?: boolean;
}
