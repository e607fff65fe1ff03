import { type ChangePlan, type PlannedStep, planOf } from './change-plan.js';
import { type Model, stepNamesOf } from './model.js';
import type { OfferedModel } from './offer.js';
import type { Version } from './version.js';

/** What a change finds before it. */
export interface Stage {
  /** What is offered now. */
  readonly offered: readonly OfferedModel[];
  /** The model of that name; a new one, which nobody knows yet, where there is none. */
  modelOf(offered: OfferedModel): Model;
  /** Whether a model, which may be new, is to be loaded. */
  isAsked(name: string): boolean;
}

/**
 * A change of all that is offered, tried out beside what serves. Then it is accepted as a whole, or given up, and
 * nothing has changed.
 */
export class StagedChange {
  /** All that is offered from then on. */
  readonly #models: readonly Model[];
  readonly #gone: readonly Model[];
  /** New ones, and such as were about to be forgotten, that are asked for from then on. */
  readonly #newcomers: readonly Model[];
  /** What serves from then on. */
  readonly #trials: readonly Version[];
  /** Of ensembles that stay as they are, to see whether they run on what comes. */
  readonly #witnesses: readonly Version[];
  /** Cannot be tried out: there is no room for it beside what serves, or it needs such a one. */
  readonly untried: readonly Model[];

  constructor(offers: readonly OfferedModel[], stage: Stage) {
    const names = new Set(offers.map(({ name }) => name));
    this.#models = offers.map((offered) => stage.modelOf(offered));
    this.#gone = stage.offered
      .filter(({ name }) => !names.has(name))
      .map((offered) => stage.modelOf(offered));
    this.#newcomers = this.#models.filter(
      ({ standing, name }) => standing !== 'offered' && stage.isAsked(name),
    );
    const plan = planOf(stage.offered, offers, (name) => stage.isAsked(name));
    const untried = untriedOf(offers, plan);
    this.untried = this.#models.filter(({ name }) => untried.has(name));
    this.#trials = offers.flatMap((offered, at) => {
      const isTried = stage.isAsked(offered.name) && !untried.has(offered.name);
      return this.#models[at]?.tryOut(offered, isTried) ?? [];
    });
    for (const model of this.#gone) model.tryOut({ ...model.offered, versions: [], fault: null }, false);
    this.#witnesses = this.#callWitnesses(affectedBy(plan), untried);
  }

  /** All loads that must succeed. */
  get trials(): readonly Version[] {
    return [...this.#trials, ...this.#witnesses];
  }

  get failed(): readonly Version[] {
    return this.trials.filter(({ state }) => state !== 'ready');
  }

  /** From now on this is what is offered. */
  accept(): void {
    for (const trial of this.#trials) trial.isTrial = false;
    for (const witness of this.#witnesses) witness.wanted = false;
    for (const model of this.#models) model.endTrial(true);
    for (const model of this.#newcomers) model.isAsked = true;
    for (const model of this.#gone) {
      model.endTrial(false);
      model.leave();
    }
  }

  /** It never was. */
  giveUp(): void {
    for (const trial of this.trials) trial.wanted = false;
    for (const model of [...this.#models, ...this.#gone]) {
      model.endTrial(false);
      if (model.standing === 'new') model.leave();
    }
  }

  /** Those that serve now, lead to something that changes, and do not change themselves. */
  #callWitnesses(affected: Set<string>, untried: ReadonlySet<string>): readonly Version[] {
    const witnesses: Version[] = [];
    let left = this.#models.filter(({ name }) => !affected.has(name) && !untried.has(name));
    for (let found = left; found.length > 0; ) {
      found = left.filter((model) => model.stepNames.some((name) => affected.has(name)));
      left = left.filter((model) => !found.includes(model));
      for (const model of found) {
        affected.add(model.name);
        witnesses.push(...model.tryAgain());
      }
    }
    return witnesses;
  }
}

/** The models of which something is loaded, changed or unloaded, or gets other requests: a label may mean another version. */
function affectedBy({ load, change, unload, route }: ChangePlan): Set<string> {
  return modelsOf([...load, ...change, ...unload, ...route]);
}

/** Those whose versions take the place of others that leave first, and what is made of them. */
function untriedOf(offers: readonly OfferedModel[], plan: ChangePlan): ReadonlySet<string> {
  const [loaded, changed, unloaded] = [plan.load, plan.change, plan.unload].map(modelsOf);
  const makesRoom = ({ name, update }: OfferedModel): boolean =>
    update === 'replace' && Boolean(changed?.has(name) || (loaded?.has(name) && unloaded?.has(name)));
  const untried = new Set(offers.filter(makesRoom).map(({ name }) => name));
  if (untried.size === 0) return untried;
  for (let found = -1; found !== untried.size; ) {
    found = untried.size;
    for (const offered of offers)
      if (stepNamesOf(offered).some((step) => untried.has(step))) untried.add(offered.name);
  }
  return untried;
}

function modelsOf(steps: readonly PlannedStep[]): Set<string> {
  return new Set(steps.map(({ model }) => model));
}
