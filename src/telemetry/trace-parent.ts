const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * The trace that a `traceparent` header names, or null where it is left out or is none. Source of the rules: W3C Trace Context,
 * 3.2.2: a newer version may add parts, 00 may not, and ids of zeros alone are no ids.
 */
export function traceIdOf(header: string | undefined): string | null {
  const [, version = '', trace = '', parent = '', more] = FORM.exec(header ?? '') ?? [];
  if (version === '' || version === 'ff' || (version === '00' && more !== undefined)) return null;
  return /^0+$/.test(trace) || /^0+$/.test(parent) ? null : trace;
}
