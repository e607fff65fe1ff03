import type { Access, Sight } from '#core/access.js';
import type { LiveServing } from './live-broadcast.js';

/** The server as somebody sees it who may not see every model. */
export function seenBy(serving: LiveServing, sight: Sight): LiveServing {
  return {
    info: () => serving.info(),
    onLive: (listener) =>
      serving.onLive((state) =>
        listener({
          ...state,
          models: state.models.filter(({ name }) => sight.sees(name)),
          statistics: state.statistics.filter(({ name }) => sight.sees(name)),
          devices: state.devices,
        }),
      ),
  };
}

/** A stream that ends with the right to it: before each piece it is looked whether its reader still has the same. */
export function whileAllowed(
  stream: AsyncIterable<Uint8Array>,
  access: Access | undefined,
): AsyncIterable<Uint8Array> {
  if (access === undefined) return stream;
  const { key } = access.sight;
  return {
    [Symbol.asyncIterator]() {
      const pieces = stream[Symbol.asyncIterator]();
      return {
        async next() {
          const piece = await pieces.next();
          if (access.sight.key === key) return piece;
          await pieces.return?.();
          return { done: true, value: undefined };
        },
        return: async () => (await pieces.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
