import { cannotServe, unknownModel } from './cannot-serve.js';
import type { EnsembleStep } from './ensemble-steps.js';
import type { ServingEnsemble } from './joint-offers.js';
import { type Model, stepNamesOf } from './model.js';
import type { OfferedModel } from './offer.js';
import type { StepModels } from './step-models.js';
import type { Version } from './version.js';

/**
 * Which models the steps of ensembles lead to. What is on trial is run by what is on trial with it, and by what stays;
 * what serves knows nothing of trials.
 */
export class ModelGraph {
  readonly #models: ReadonlyMap<string, Model>;
  /** Those whose obstacle is being looked for. */
  readonly #asked = new Set<Version>();

  constructor(models: ReadonlyMap<string, Model>) {
    this.#models = models;
  }

  /** These models, and those that their steps lead to, directly or not. */
  withNeeded(start: readonly Model[]): readonly Model[] {
    const found = new Set(start);
    // What is added on the way comes up as well.
    for (const { stepNames } of found) {
      for (const name of stepNames) {
        const needed = this.#models.get(name);
        if (needed?.standing === 'offered') found.add(needed);
      }
    }
    return [...found];
  }

  /**
   * The ensembles that serve.
   *
   * @param offers what will be offered of some of the models
   */
  servingEnsembles(offers: readonly OfferedModel[]): readonly ServingEnsemble[] {
    const next = new Map(offers.map((offered) => [offered.name, stepNamesOf(offered)]));
    return [...this.#models.values()]
      .filter(({ servesAsEnsemble }) => servesAsEnsemble)
      .map((model) => {
        const needs = this.withNeeded([model]).map(({ name }) => name);
        const all = new Set([...needs, ...(next.get(model.name) ?? [])]);
        all.delete(model.name);
        return { name: model.name, needs: all };
      });
  }

  /** Whether all models that its steps lead to, directly or not, are offered. */
  isWhole(model: Model): boolean {
    return this.withNeeded([model]).every(({ stepNames }) =>
      stepNames.every((name) => this.#models.get(name)?.standing === 'offered'),
    );
  }

  /** The loads that may run the steps of an ensemble; none for a model of its own. */
  neededBy({ offer: { ensemble }, isTrial }: Version): readonly Version[] {
    const found = (ensemble ?? []).flatMap(
      ({ model: { name, version } }) => this.#known(name, isTrial)?.loadsForStep(version, isTrial) ?? [],
    );
    return [...new Set(found)];
  }

  /** Where the steps of an ensemble borrow what runs them. */
  stepModelsOf(ensemble: Version): StepModels {
    return {
      acquire: ({ name, version }, sequence = null) => {
        const { isTrial } = ensemble;
        const model = this.#known(name, isTrial);
        if (model === undefined) throw unknownModel(name);
        const found = isTrial
          ? model.forStep(version, true)
          : version === null
            ? model.usual(sequence)
            : model.named(version);
        if (found === null) throw cannotServe(model, version, isTrial);
        return found.borrow();
      },
    };
  }

  /** Why a loaded ensemble cannot serve now; null where it can, and for a model of its own. */
  obstacleOf(version: Version): string | null {
    const { ensemble, name } = version.offer;
    if (ensemble === null) return null;
    // Loads of different age may need each other, though nothing that is offered does.
    if (this.#asked.has(version)) return `ensemble '${name}' needs itself: its steps lead back to it`;
    this.#asked.add(version);
    try {
      return this.#obstacleIn(ensemble, version.isTrial);
    } finally {
      this.#asked.delete(version);
    }
  }

  #obstacleIn(steps: readonly EnsembleStep[], isTrial: boolean): string | null {
    for (const [at, { model: ref }] of steps.entries()) {
      const model = this.#known(ref.name, isTrial);
      if (model === undefined) return `step[${at}] cannot run, because there is no model '${ref.name}'`;
      const found = model.forStep(ref.version, isTrial);
      if (found?.ready !== true)
        return `step[${at}] cannot run, because ${found?.notReadySentence() ?? cannotServe(model, ref.version, isTrial).message}`;
    }
    return null;
  }

  #known(name: string, isTrial: boolean): Model | undefined {
    const model = this.#models.get(name);
    return model?.standing === 'new' && !isTrial ? undefined : model;
  }
}
