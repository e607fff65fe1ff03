/** The environment variables that stand for a selector that was not given. */
export interface SelectorEnvironment {
  readonly FURIOSA_DEVICES?: string | undefined;
  /** Deprecated by the original; whoever relies on it is to be told NPU_DEVNAME_DEPRECATED. */
  readonly NPU_DEVNAME?: string | undefined;
}

/** The original's own words. */
export const NPU_DEVNAME_DEPRECATED = 'NPU_DEVNAME will be deprecated. Use FURIOSA_DEVICES instead.';

/**
 * The selector of a model that names none: FURIOSA_DEVICES, else NPU_DEVNAME, else one fused Warboy. A variable that
 * is set counts even when it is empty or malformed: parseSelector then says so, instead of another device being used.
 */
export function defaultSelector(env: SelectorEnvironment): string {
  return env.FURIOSA_DEVICES ?? env.NPU_DEVNAME ?? 'warboy(2)*1';
}
