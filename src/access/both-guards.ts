import type { Access, Guard } from '#core/access.js';

/** The one guard that asks both; null where there is nothing to ask. */
export function bothGuards(first: Guard | null, second: Guard | null): Guard | null {
  if (first === null || second === null) return first ?? second;
  return (caller, category, model) => {
    const granted = first(caller, category, model);
    if (granted instanceof Promise)
      return granted.then((access) => both(access, second(caller, category, model)));
    return both(granted, second(caller, category, model));
  };
}

/** Only one of the two knows identities; the other lets in or not. */
function both(access: Access | null, other: ReturnType<Guard>): ReturnType<Guard> {
  if (other instanceof Promise) return other.then((second) => access ?? second);
  return access ?? other;
}
