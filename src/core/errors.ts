/**
 * Every way a request or an operation can fail. The list is closed: the edge tables (HTTP, gRPC) stop compiling when
 * a code is not mapped there.
 */
export const ERROR_CODES = [
  /** The caller sent something wrong: malformed, missing, contradictory, out of range. */
  'INVALID_ARGUMENT',
  /** The caller wants to make something of a name that is taken. */
  'ALREADY_EXISTS',
  /** Nobody known: no credential where one is needed, or one that is not valid. */
  'UNAUTHENTICATED',
  /** Somebody known who may not do this. */
  'PERMISSION_DENIED',
  /** There is no such model, version or route. */
  'NOT_FOUND',
  /** The route exists, the method does not. */
  'METHOD_NOT_ALLOWED',
  /** The body is larger than the server accepts. */
  'PAYLOAD_TOO_LARGE',
  /** The body did not arrive in time. */
  'REQUEST_TIMEOUT',
  /** The thing exists but cannot serve now: a model that is not ready, a server that drains. */
  'UNAVAILABLE',
  /** There is more work than the bounds allow. Retry later. */
  'OVERLOADED',
  /** This one caller asks for more than its share. Retry later. */
  'RATE_LIMITED',
  /** The request's deadline passed before its answer was there. */
  'DEADLINE_EXCEEDED',
  /** The caller went away. Counted, never answered. */
  'CANCELLED',
  /** Understood, and not something this server does. */
  'UNIMPLEMENTED',
  /** Anything else: an engine that raised, a dead thread, a bug. */
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ServingErrorOptions {
  readonly cause?: unknown;
  /** When a retry is worth trying, in whole seconds. */
  readonly retryAfterSeconds?: number;
  /** Whatever ran it is gone: what it ran may not be to blame. */
  readonly isRunnerLost?: boolean;
  /** It was being run when that happened; null where it only waited there. */
  readonly suspicion?: Suspicion | null;
}

/**
 * What is held against what was being run when its runner was lost: `suspect` where the runner ended of itself or hung,
 * `unlucky` where somebody else ended it.
 */
export type Suspicion = 'suspect' | 'unlucky';

/** The one error of the house. Its message is one sentence that may be shown to the caller as it is. */
export class ServingError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | null;
  readonly isRunnerLost: boolean;
  readonly suspicion: Suspicion | null;

  constructor(code: ErrorCode, message: string, options: ServingErrorOptions = {}) {
    // Whose stack nobody reads need not be found out, which would be the dearest part of a refusal.
    const { stackTraceLimit } = Error;
    if (code !== 'INTERNAL') Error.stackTraceLimit = 0;
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ServingError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.isRunnerLost = options.isRunnerLost ?? false;
    this.suspicion = options.suspicion ?? null;
  }

  /** Whatever was thrown, as a ServingError: anything unknown is INTERNAL and keeps its cause. */
  static from(thrown: unknown): ServingError {
    if (thrown instanceof ServingError) return thrown;
    return new ServingError('INTERNAL', messageOf(thrown), { cause: thrown });
  }
}

/** The caller's fault, said in one sentence. */
export function invalid(message: string): ServingError {
  return new ServingError('INVALID_ARGUMENT', message);
}

/** The text of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
