import type { MemoryUse } from '#inference/statistics.js';
import type { LoadedModel } from '#worker/messages.js';

/** ONNX Runtime's execution providers that keep weights in a GPU's memory. */
const ON_A_GPU: ReadonlySet<string> = new Set(['cuda', 'tensorrt', 'rocm', 'migraphx', 'dml', 'webgpu']);

/**
 * What loaded instances of a model hold together: sessions where they run, and the heaps of their threads on the host.
 * What the sessions share counts once.
 */
export function memoryOf(
  instances: readonly Pick<LoadedModel, 'facts' | 'heapBytes'>[],
): readonly MemoryUse[] {
  const uses = new Map<string, MemoryUse>();
  const add = (type: MemoryUse['type'], id: number, bytes: number): void => {
    const key = `${type} ${id}`;
    uses.set(key, { type, id, bytes: bytes + (uses.get(key)?.bytes ?? 0) });
  };
  for (const { facts, heapBytes } of instances) {
    add('CPU', 0, heapBytes);
    const [provider = '', device = '0'] = facts.provider.split(':');
    if (ON_A_GPU.has(provider)) add('GPU', Number(device), facts.heldBytes);
    else add('CPU', 0, facts.heldBytes - (facts.sharedBytes ?? 0));
  }
  const shared = Math.max(0, ...instances.map(({ facts }) => facts.sharedBytes ?? 0));
  if (shared > 0) add('CPU', 0, shared);
  return [...uses.values()];
}
