import { ERROR_CODES, type ErrorCode } from '#core/errors.js';
import { ERROR_BODY } from './error-body.js';
import { HTTP_STATUS } from './http-status.js';
import { type Answered, jsonContent } from './operation.js';

/** When a request ends so. */
const WHEN: Readonly<Record<ErrorCode, string>> = {
  INVALID_ARGUMENT: 'Something in the request is wrong: malformed, missing, contradictory or out of range.',
  ALREADY_EXISTS: 'The name is taken.',
  UNAUTHENTICATED: 'A credential is needed, and there is none or none that is valid.',
  PERMISSION_DENIED: 'The credential is valid, and does not allow this.',
  NOT_FOUND: 'There is no such model, version or other thing of that name.',
  METHOD_NOT_ALLOWED: 'The path does not have this method.',
  PAYLOAD_TOO_LARGE: 'The body is larger than this server takes, as it was sent or as it unfolds.',
  REQUEST_TIMEOUT: 'The request did not arrive in time.',
  UNAVAILABLE:
    'What is asked for exists but cannot serve now: the model is not ready, or the server shuts down.',
  OVERLOADED: 'There is more work than the queue may hold.',
  RATE_LIMITED: 'This caller asks for more than its share.',
  DEADLINE_EXCEEDED: 'The time that the request allowed was over before its answer was there.',
  CANCELLED: 'The caller went away.',
  UNIMPLEMENTED: 'Understood, and not something this server does.',
  INTERNAL: 'The engine failed, or the server has a fault; its log says more.',
};

const HEADERS: Readonly<Record<number, Answered['headers']>> = {
  [HTTP_STATUS.UNAUTHENTICATED]: {
    'WWW-Authenticate': { type: 'string', description: 'That a bearer is wanted.' },
  },
  [HTTP_STATUS.METHOD_NOT_ALLOWED]: {
    Allow: { type: 'string', description: 'The methods that the path has.' },
  },
  [HTTP_STATUS.UNIMPLEMENTED]: {
    'Accept-Encoding': {
      type: 'string',
      description: 'Where a Content-Encoding is not known: those that are.',
    },
  },
  [HTTP_STATUS.OVERLOADED]: {
    'Retry-After': {
      type: 'integer',
      minimum: 0,
      description: 'Where the queue was full: the seconds after which another try is worth it.',
    },
  },
};

/** What the transport refuses without a code of its own. */
const OF_THE_TRANSPORT: readonly (readonly [status: number, when: string])[] = [
  [417, 'The header `Expect` asks for anything but `100-continue`.'],
  [431, 'The headers are longer than 16 KiB.'],
];

/** What can befall any request, whatever it asks for. */
export const ERRORS_OF_ANY_REQUEST: readonly number[] = [
  HTTP_STATUS.INVALID_ARGUMENT,
  HTTP_STATUS.REQUEST_TIMEOUT,
  ...OF_THE_TRANSPORT.map(([status]) => status),
  HTTP_STATUS.INTERNAL,
];

/** What can befall any request where callers have to say who they are. */
export const ERRORS_OF_ACCESS: readonly number[] = [
  HTTP_STATUS.UNAUTHENTICATED,
  HTTP_STATUS.PERMISSION_DENIED,
];

/** What can befall any request with a body: it may be too large, or in a Content-Encoding that is not known. */
export const ERRORS_OF_A_BODY: readonly number[] = [HTTP_STATUS.PAYLOAD_TOO_LARGE, HTTP_STATUS.UNIMPLEMENTED];

/** The answer to an error, by its status. Several codes may share one. */
export const ERROR_ANSWERS: ReadonlyMap<number, Answered> = answersByStatus();

function answersByStatus(): ReadonlyMap<number, Answered> {
  const reasons = new Map<number, string[]>(OF_THE_TRANSPORT.map(([status, when]) => [status, [when]]));
  for (const code of ERROR_CODES) {
    reasons.set(HTTP_STATUS[code], [...(reasons.get(HTTP_STATUS[code]) ?? []), WHEN[code]]);
  }
  return new Map(
    [...reasons].map(([status, when]) => {
      const headers = HEADERS[status];
      const description = when.join(' Or: ');
      return [status, { description, ...(headers && { headers }), content: jsonContent(ERROR_BODY) }];
    }),
  );
}
