import type { ApiCategory } from '#core/api-category.js';
import type { ErrorCode } from '#core/errors.js';
import type { Route } from '#protocol/exchange.js';
import type { JsonSchema } from './definition.js';

/** What a route does, for people and for the programs that read OpenAPI. */
export interface Operation {
  /** A name in camel case, unique among all routes. */
  readonly id: string;
  readonly tag:
    | 'server'
    | 'models'
    | 'inference'
    | 'repository'
    | 'statistics'
    | 'settings'
    | 'shared memory';
  /** What it belongs to where parts of the API are allowed or refused. */
  readonly category: ApiCategory;
  /** A few words. */
  readonly summary: string;
  /** What the few words leave open; Markdown. */
  readonly description?: string;
  /** Segments of the path beside `:model` and `:version`: what each of them is. */
  readonly segments?: Readonly<Record<string, string>>;
  /** Headers of the request that it looks at, by their names. */
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  /** The body it takes; none where it takes none. */
  readonly body?: {
    readonly isRequired: boolean;
    readonly description?: string;
    readonly content: Content;
  };
  /** Its answers, by status; those to errors apart. */
  readonly answers: Readonly<Record<number, Answered>>;
  /** What can go wrong, beside what can go wrong with any request. */
  readonly errors: readonly ErrorCode[];
}

/** One kind of answer. */
export interface Answered {
  readonly description: string;
  /** Headers that it can have, by their names. */
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly content: Content;
}

/** What a body can be, by media type. */
export type Content = Readonly<Record<string, MediaType>>;

export interface MediaType {
  readonly schema: JsonSchema;
  /** By a few words on what each shows. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** A route of the REST form that says what it does. */
export interface RestRoute extends Route {
  readonly operation: Operation;
}

/**
 * A body of JSON.
 *
 * @param examples by a few words on what each shows
 */
export function jsonContent(schema: JsonSchema, examples?: MediaType['examples']): Content {
  return { 'application/json': { schema, ...(examples && { examples }) } };
}
