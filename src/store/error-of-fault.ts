import { type ErrorCode, ServingError } from '#core/errors.js';
import type { FaultKind, StoreFault } from './fault.js';

/** What a fault of a store is to whoever wanted the model: one sentence with the URL, and what can be done. */
export function errorOfFault(fault: StoreFault, shown: string): ServingError {
  const { code, text } = FORMS[fault.kind];
  return new ServingError(code, text(shown, fault.message), { cause: fault });
}

interface Form {
  readonly code: ErrorCode;
  readonly text: (shown: string, reason: string) => string;
}

const FORMS: Readonly<Record<FaultKind, Form>> = {
  missing: {
    code: 'NOT_FOUND',
    text: (shown, reason) => `${shown} does not exist: ${reason}`,
  },
  denied: {
    code: 'UNAVAILABLE',
    text: (shown, reason) =>
      `${shown} may not be read: ${reason}; check the credentials of this server and what they allow`,
  },
  refused: {
    code: 'UNAVAILABLE',
    text: (shown, reason) => `${shown} cannot be fetched: ${reason}`,
  },
  changed: {
    code: 'UNAVAILABLE',
    text: (shown, reason) =>
      `${shown} kept changing while it was fetched: ${reason}; load it again when it is written`,
  },
  damaged: {
    code: 'UNAVAILABLE',
    text: (shown, reason) => `${shown} arrived damaged, twice: ${reason}`,
  },
  transient: {
    code: 'UNAVAILABLE',
    text: (shown, reason) => `${shown} could not be fetched, although it was tried again: ${reason}`,
  },
};
