import type { Access, Sight } from '#core/access.js';
import type { ApiCategory } from '#core/api-category.js';
import type { Identity } from './identity.js';
import type { Grant } from './policy.js';
import { sightOf } from './sight.js';

/** What is asked of the rules when a call that was let in goes on. */
export interface Rules {
  check(identity: Identity | null, model: string | null): void;
  grants(): readonly Grant[];
}

/** What somebody was granted who was let in; the rules are asked anew each time. */
export class GrantedAccess implements Access {
  readonly identity: string | null;
  readonly #known: Identity | null;
  readonly #category: ApiCategory;
  readonly #rules: Rules;

  constructor(known: Identity | null, category: ApiCategory, rules: Rules) {
    this.identity = known?.name ?? null;
    this.#known = known;
    this.#category = category;
    this.#rules = rules;
  }

  checkModel(model: string | null): void {
    this.#rules.check(this.#known, model);
  }

  sees(model: string): boolean {
    return this.sight.sees(model);
  }

  get sight(): Sight {
    return sightOf(this.#rules.grants(), this.#category);
  }
}
