import type { ApiCategory } from './api-category.js';
import type { Peer } from './peer.js';

/** Whoever asks for something, as far as the transport knows. */
export interface Caller {
  readonly transport: 'http' | 'grpc';
  readonly peer: Peer;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
}

/** Which models somebody sees. It does not change, whoever's it was. */
export interface Sight {
  /** Whose key is the same, sees the same. */
  readonly key: string;
  sees(model: string): boolean;
}

/** What a caller who was let in may do with models. */
export interface Access {
  /** Who asks, for logs and traces; null for nobody known. */
  readonly identity: string | null;
  /**
   * Throws UNAUTHENTICATED or PERMISSION_DENIED where the request may not concern this model, or with null, all of them
   * together. What counts are the rules, and the time, of this moment: a stream may have begun under others.
   */
  checkModel(model: string | null): void;
  /** Whether a list may tell of this model. */
  sees(model: string): boolean;
  /** The models that lists may tell of, by the rules of this moment. */
  readonly sight: Sight;
}

/**
 * Lets a caller in, or throws UNAUTHENTICATED or PERMISSION_DENIED.
 *
 * @param model the one that is named where no body has been read; null where none is
 */
export type Guard = (
  caller: Caller,
  category: ApiCategory,
  model: string | null,
) => Access | null | Promise<Access | null>;
