import { BatchCost } from './batch-cost.js';
import { Returns } from './returns.js';

/** What was learned of requests of one shape: what their runs cost, and whether their callers come back at once. */
export interface ShapeStats {
  readonly cost: BatchCost;
  readonly returns: Returns;
  /** False once it turned out that requests of this shape cannot be run together. */
  canBatch: boolean;
}

/** More shapes than that are not remembered: the one that was not seen for longest is forgotten. */
const MOST_SHAPES = 256;

/** What was learned, by shape. */
export class ShapeTable {
  readonly #stats = new Map<string, ShapeStats>();

  of(key: string): ShapeStats {
    const stats = this.#stats.get(key) ?? { cost: new BatchCost(), returns: new Returns(), canBatch: true };
    // The order of a map is that of insertion, so the first is the one that was not asked for longest.
    this.#stats.delete(key);
    this.#stats.set(key, stats);
    if (this.#stats.size > MOST_SHAPES) {
      for (const oldest of this.#stats.keys()) {
        this.#stats.delete(oldest);
        break;
      }
    }
    return stats;
  }
}
