import { invalid } from '#core/errors.js';
import { nearest } from '#core/nearest.js';

/** An execution provider, and which of its devices. */
export interface Provider {
  /** As ONNX Runtime's binding names it: `cpu`, `cuda`. */
  readonly name: string;
  readonly deviceId: number;
}

/** Runs everywhere, and behind every other provider what that one cannot. */
export const CPU: Provider = { name: 'cpu', deviceId: 0 };

/**
 * The execution providers of a session, the preferred one first. `device` is what the device stands for (`cpu`,
 * `cuda:0`); `wished` is `execution_providers` of the configuration, which wins. Throws INVALID_ARGUMENT for a list
 * that leaves a GPU unused.
 */
export function providersOf(device: string, wished: readonly string[] | undefined): readonly Provider[] {
  const [kind = '', index = '0'] = device.split(':');
  const named = wished === undefined || wished.length === 0 ? [kind] : wished.map(providerName);
  if (kind !== CPU.name && named.every((name) => name === CPU.name)) {
    throw invalid(
      `execution_providers [${named}] would leave the device ${device} unused: name "${kind}" there`,
    );
  }
  return named.map((name) => (name === CPU.name ? CPU : { name, deviceId: Number(index) }));
}

/**
 * Throws INVALID_ARGUMENT for a provider that is not among the `known` ones of this build: the library would strike it
 * off the list and go on without a word that anyone reads.
 */
export function refuseUnknownProviders(wanted: readonly Provider[], known: readonly string[]): void {
  for (const { name } of wanted) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw invalid(
      `this build has no execution provider "${name}"${meant ? `; did you mean "${meant}"?` : ''} (it has ${known.join(', ')})`,
    );
  }
}

/** `CUDAExecutionProvider`, as Python spells it, is `cuda`. */
function providerName(text: string): string {
  return text.toLowerCase().replace(/executionprovider$/, '');
}

/** As facts and messages print it: `cpu`, `cuda:0`. */
export function formatProvider({ name, deviceId }: Provider): string {
  return name === CPU.name ? name : `${name}:${deviceId}`;
}
