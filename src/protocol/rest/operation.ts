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
  /** A few words. */
  readonly summary: string;
  /** What the few words leave open; Markdown. */
  readonly description?: string;
  /** The body it takes; none where it takes none. */
  readonly body?: {
    readonly isRequired: boolean;
    /** By media type. */
    readonly content: Readonly<Record<string, JsonSchema>>;
  };
  /** Its answers, by status; those to errors apart. */
  readonly answers: Readonly<Record<number, Answered>>;
  /** What can go wrong, beside what can go wrong with any request. */
  readonly errors: readonly ErrorCode[];
}

/** One kind of answer. */
export interface Answered {
  readonly description: string;
  /** By media type. */
  readonly content: Readonly<Record<string, JsonSchema>>;
}

/** A route of the REST form that says what it does. */
export interface RestRoute extends Route {
  readonly operation: Operation;
}

/** A body of JSON. */
export function jsonContent(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return { 'application/json': schema };
}
