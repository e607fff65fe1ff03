import type { Clock, Timer } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { invalid, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { planOf } from './change-plan.js';
import { jointOffers } from './joint-offers.js';
import type { Model } from './model.js';
import type { ModelGraph } from './model-graph.js';
import type { OfferedModel } from './offer.js';
import { type RetryPolicy, retryDelayMs } from './retry.js';
import { StagedChange } from './staged-change.js';
import type { Version } from './version.js';

const log = loggerOf('lifecycle::offers');

/** The models whose offers change, and what is to be done when they have. */
export interface OfferedHouse {
  readonly models: ReadonlyMap<string, Model>;
  readonly graph: ModelGraph;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  /** What is offered now. */
  readonly offered: readonly OfferedModel[];
  readonly isStopped: boolean;
  /** The model of that name; a new one that nobody knows yet where there is none. */
  modelFor(offered: OfferedModel): Model;
  /** Takes the steps that follow. */
  advance(models: readonly Model[]): void;
  /** The same, and settles when nothing of them is on its way. */
  settle(models: readonly Model[]): Promise<void>;
  /** What can serve may be something else now. */
  changed(): void;
}

/** A model as its source has it, and whether it is loaded if nobody knew it before. */
interface Held {
  readonly offered: OfferedModel;
  readonly loadsNew: boolean;
}

/** What could not be taken because something failed with it. */
interface Refused extends Held {
  /** How often it was tried again. */
  readonly attempts: number;
  readonly timer: Timer | null;
}

/**
 * Changes of what is offered, one after the other. Most are taken as they come. What ensembles stand on that serve is tried
 * out with them first, and so is a change of all.
 */
export class OfferChanges {
  readonly #house: OfferedHouse;
  /** The change that is being tried out, and what settles at its end; other changes of what is offered wait for it. */
  #staged: {
    readonly change: StagedChange;
    readonly names: ReadonlySet<string>;
    readonly end: Deferred<void>;
  } | null = null;
  /** Changes of all that wait for the one that is being tried out. */
  #applying = 0;
  /** Came while a change was tried out: the last of each model. */
  readonly #held = new Map<string, Held>();
  /** Are withdrawn when no change is tried out any more. */
  readonly #leaving = new Set<string>();
  readonly #refused = new Map<string, Refused>();

  constructor(house: OfferedHouse) {
    this.#house = house;
  }

  /** Settles when more is known of what is offered of a model: it is held back, tried out, or may be brought; else null. */
  pending(name: string): Promise<void> | null {
    // Another change of all is about to begin.
    if (this.#staged === null) return this.#applying > 0 ? Promise.resolve() : null;
    const { standing = 'offered' } = this.#house.models.get(name) ?? {};
    const isOpen = this.#held.has(name) || this.#staged.names.has(name) || standing !== 'offered';
    return isOpen ? this.#staged.end.promise : null;
  }

  /**
   * Takes what sources have of models now, once no change is being tried out, and begins what follows from it.
   *
   * @param loadsNew which of them are loaded where nobody knew them before
   */
  offer(offers: readonly OfferedModel[], loadsNew: (name: string) => boolean): void {
    if (this.#house.isStopped) return;
    for (const offered of offers) {
      this.#refused.get(offered.name)?.timer?.cancel();
      this.#leaving.delete(offered.name);
      this.#held.set(offered.name, { offered, loadsNew: loadsNew(offered.name) });
    }
    if (this.#staged === null) this.#next();
  }

  /**
   * Nobody offers it any more. Settles when no change is being tried out any more, and answers whether that is still so; at
   * once, with null, where none is.
   */
  withdraw(name: string): Promise<boolean> | null {
    this.#held.delete(name);
    this.#drop(name);
    return this.#staged === null ? null : this.#leave(name);
  }

  async #leave(name: string): Promise<boolean> {
    this.#leaving.add(name);
    while (this.#staged !== null) await this.#staged.end.promise;
    return this.#leaving.delete(name);
  }

  /**
   * Offers this from now on, in place of all that is, or nothing of it. Rejects with INVALID_ARGUMENT and the reasons when
   * nothing was changed, with UNAVAILABLE when the server stops. What there is no room for beside what serves cannot be tried
   * out: it is changed with all the rest.
   *
   * @param isAsked whether a model, which may be new, is loaded
   * @returns why something of it could not be loaded, though all was changed; settles when that is known
   */
  async apply(
    offers: readonly OfferedModel[],
    isAsked: (name: string) => boolean,
  ): Promise<readonly string[]> {
    this.#applying++;
    while (this.#staged !== null) await this.#staged.end.promise;
    this.#applying--;
    if (this.#house.isStopped) throw shuttingDown();
    const { failed, untried } = await this.#tryOut(offers, isAsked, new Set(), (reasons) => {
      if (reasons.length === 0) for (const name of [...this.#refused.keys()]) this.#drop(name);
    });
    if (this.#house.isStopped) throw shuttingDown();
    if (failed.length > 0) throw invalid(`nothing was changed: ${failed.map(whyFailed).join('; ')}`);
    if (untried.length === 0) return [];
    await this.#house.settle(untried);
    return untried.flatMap(({ failures }) => failures.map(whyFailed));
  }

  /** Nothing is tried out any more. */
  stop(): void {
    this.#staged?.change.giveUp();
    this.#held.clear();
    for (const name of [...this.#refused.keys()]) this.#drop(name);
  }

  /** Takes what is held back, up to what is to be tried out first. */
  #next(): void {
    if (this.#house.isStopped || this.#applying > 0) return;
    const held = new Map([...this.#refused, ...this.#held]);
    const groups = jointOffers(this.#changedBy(held), this.#house.graph.servingEnsembles(offersOf(held)));
    // What was refused is tried again with what is new beside it.
    const [first] = groups.filter((group) => group.some((name) => this.#held.has(name)));
    const mayWait = new Set(groups.flat());
    const taken = [...this.#held].filter(([name]) => !mayWait.has(name));
    for (const [name] of taken) {
      this.#held.delete(name);
      this.#drop(name);
    }
    if (taken.length > 0) this.#take(taken.map(([, each]) => each));
    if (first === undefined) return;
    const group = first.flatMap((name) => held.get(name) ?? []);
    for (const name of first) this.#held.delete(name);
    void this.#tryGroup(group);
  }

  #take(all: readonly Held[]): void {
    const { models, modelFor, advance, changed } = this.#house;
    const offered = all.map(({ offered, loadsNew }) => {
      const isNew = models.get(offered.name)?.standing !== 'offered';
      const model = modelFor(offered);
      model.offer(offered);
      if (isNew && loadsNew) model.isAsked = true;
      return model;
    });
    advance(offered);
    changed();
  }

  async #tryGroup(group: readonly Held[]): Promise<void> {
    const { offered: before, models } = this.#house;
    const offers = group.map(({ offered }) => offered);
    const names = new Set(offers.map(({ name }) => name));
    const loaded = new Set(group.filter(({ loadsNew }) => loadsNew).map(({ offered }) => offered.name));
    const isAsked = (name: string): boolean => {
      const model = models.get(name);
      return model?.standing === 'offered' ? model.isAsked : loaded.has(name);
    };
    const all = [...before.filter(({ name }) => !names.has(name)), ...offers];
    await this.#tryOut(all, isAsked, names, (failed) => {
      if (failed.length > 0) this.#refuse(group, failed);
      else for (const name of names) this.#drop(name);
    });
  }

  /** What serves goes on serving, with the reason. */
  #refuse(group: readonly Held[], failed: readonly Version[]): void {
    const fault = `what its source has now is not taken: ${failed.map(whyFailed).join('; ')}`;
    // Models that do not fit together fit no better later.
    const mayRecover = failed.some(({ offer }) => offer.ensemble === null);
    const { models } = this.#house;
    for (const held of group) {
      const { name } = held.offered;
      const attempts = this.#refused.get(name)?.attempts ?? 0;
      this.#refused.set(name, {
        ...held,
        attempts: attempts + 1,
        timer: mayRecover ? this.#retryLater(held, attempts) : null,
      });
      if (models.get(name)?.standing === 'offered') log.warn(`model '${name}' stays as it is: ${fault}`);
    }
    this.#take(group.map((held) => ({ ...held, offered: { ...held.offered, fault } })));
  }

  #retryLater(held: Held, attempts: number): Timer | null {
    const { clock, retry } = this.#house;
    const delayMs = retryDelayMs(attempts, retry);
    if (delayMs === null) return null;
    return clock.startTimer(delayMs, () => {
      this.#held.set(held.offered.name, held);
      if (this.#staged === null) this.#next();
    });
  }

  /**
   * Which loads failed; then nothing was changed. And what was not tried out, and is changed where none did.
   *
   * @param onEnd hears the same before anybody else can act on it, unless the server stops
   */
  async #tryOut(
    offers: readonly OfferedModel[],
    isAsked: (name: string) => boolean,
    names: ReadonlySet<string>,
    onEnd: (failed: readonly Version[]) => void,
  ): Promise<{ readonly failed: readonly Version[]; readonly untried: readonly Model[] }> {
    const { offered, modelFor, advance, changed, models } = this.#house;
    const change = new StagedChange(offers, { offered, modelOf: modelFor, isAsked });
    const end = deferred<void>();
    this.#staged = { change, names, end };
    advance([...models.values()]);
    await Promise.all(change.trials.map(({ ended }) => ended));
    const { failed } = change;
    const isAccepted = failed.length === 0 && !this.#house.isStopped;
    if (isAccepted) change.accept();
    else change.giveUp();
    advance([...models.values()]);
    changed();
    if (!isAccepted) await Promise.all(change.trials.map(({ gone }) => gone));
    this.#staged = null;
    if (!this.#house.isStopped) onEnd(failed);
    this.#next();
    end.resolve();
    return { failed, untried: change.untried };
  }

  /** Of these, the models of which something is to be loaded. */
  #changedBy(held: ReadonlyMap<string, Held>): ReadonlySet<string> {
    const { models } = this.#house;
    const changed = [...held].filter(([name, { offered, loadsNew }]) => {
      const model = models.get(name);
      const isKnown = model?.standing === 'offered';
      const plan = planOf(isKnown ? [model.offered] : [], [offered], () =>
        isKnown ? model.isAsked : loadsNew,
      );
      return plan.load.length + plan.change.length > 0;
    });
    return new Set(changed.map(([name]) => name));
  }

  #drop(name: string): void {
    this.#refused.get(name)?.timer?.cancel();
    this.#refused.delete(name);
  }
}

function offersOf(held: ReadonlyMap<string, Held>): readonly OfferedModel[] {
  return [...held.values()].map(({ offered }) => offered);
}

function whyFailed({ offer: { name, version }, reason }: Version): string {
  return `model '${name}' version ${version}: ${reason}`;
}

export function shuttingDown(): ServingError {
  return new ServingError('UNAVAILABLE', 'the server is shutting down');
}
