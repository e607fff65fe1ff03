import { useState } from 'preact/hooks';
import { ask } from '../api.js';

export interface Doing {
  readonly what: 'load' | 'unload';
  /** Null while it goes on; then why it did not work. */
  readonly problem: string | null;
}

export interface Actions {
  /** What goes on with a model, or went wrong. */
  doing(model: string): Doing | null;
  start(what: Doing['what'], model: string): void;
}

/** Loads and unloads models, and keeps what the server said where it would not. What worked is told by the live frames. */
export function useActions(): Actions {
  const [all, setAll] = useState<ReadonlyMap<string, Doing>>(new Map());
  const set = (model: string, doing: Doing | null): void =>
    setAll((before) => {
      const after = new Map(before);
      if (doing === null) after.delete(model);
      else after.set(model, doing);
      return after;
    });
  const run = async (what: Doing['what'], model: string): Promise<void> => {
    set(model, { what, problem: null });
    try {
      await ask('POST', `/v2/repository/models/${encodeURIComponent(model)}/${what}`);
      set(model, null);
    } catch (thrown) {
      set(model, { what, problem: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  };
  return {
    doing: (model) => all.get(model) ?? null,
    start: (what, model) => void run(what, model),
  };
}
