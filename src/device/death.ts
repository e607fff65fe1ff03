/**
 * Why the thread or process of an instance is gone: it `crash`ed by itself, was `killed` by a signal from outside (or by the
 * kernel, for want of memory), or was ended by us, as a run (`hang`) or its loading (`load_timeout`) took too long.
 */
export const DEATH_CAUSES = ['crash', 'killed', 'hang', 'load_timeout'] as const;
export type DeathCause = (typeof DEATH_CAUSES)[number];
