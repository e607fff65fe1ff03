import { useEffect, useState } from 'preact/hooks';
import { HistoryKeeper, type HistoryPoint } from './history-keeper.js';
import { liveStream } from './live.js';

const keeper = new HistoryKeeper();

/** Who wants to know when there is one more point. */
const listeners = new Set<() => void>();

let isKept = false;

/** Writes the history from now on; it goes on while views come and go. */
export function keepHistory(): void {
  if (isKept) return;
  isKept = true;
  liveStream.listen((live) => {
    if (!live.isConnected) return;
    keeper.add(live);
    for (const listener of [...listeners]) listener();
  });
}

/**
 * What a version was like in the last five minutes, oldest first; each point tells of the second before it. Empty at
 * first. The component is drawn again when there is one more.
 */
export function useHistory(model: string, version: string): readonly HistoryPoint[] {
  const [points, setPoints] = useState(() => keeper.points(model, version));
  useEffect(() => {
    keepHistory();
    const off = keeper.watch(model, version);
    const tell = (): void => setPoints(keeper.points(model, version));
    tell();
    listeners.add(tell);
    return () => {
      off();
      listeners.delete(tell);
    };
  }, [model, version]);
  return points;
}
