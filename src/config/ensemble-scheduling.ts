import type { EnsembleStep } from '#lifecycle/offer.js';
import { dictionary, mapping, wholeList } from './collections.js';
import type { Place } from './problem.js';
import { optional, required, type Schema } from './schema.js';
import { modelName, modelVersion, nonEmpty } from './values.js';

/** A step, and where its parts stand. */
export interface PlacedStep {
  readonly step: EnsembleStep;
  readonly modelPlace: Place;
  readonly inputsPlace: Place;
  readonly outputsPlace: Place;
}

/** What `ensemble_scheduling` says, and where. */
export interface EnsembleScheduling {
  readonly place: Place;
  readonly steps: readonly PlacedStep[];
}

const tensorNames = dictionary(nonEmpty);

const step: Schema<PlacedStep> = mapping(
  'a mapping with the keys model_name, input_map and output_map',
  {
    model_name: required(modelName, 'The model that the step runs; it must be served too.'),
    model_version: optional(
      modelVersion,
      'Its version, or one of its [labels](versions.md#labels); -1 for the one that serves without a version.',
      '-1',
    ),
    input_map: required(tensorNames, "The model's inputs, each with the ensemble's tensor that it takes."),
    output_map: required(tensorNames, "The model's outputs, each with the ensemble's tensor that it makes."),
  },
  ({ model_name: name, model_version: version, input_map: inputs, output_map: outputs }, at, report) => {
    for (const [key, map] of [
      ['input_map', inputs],
      ['output_map', outputs],
    ] as const) {
      if (Object.keys(map).length === 0) report.problem(at(key), 'expected at least one tensor, found none');
    }
    return {
      step: { model: { name, version: version === '-1' ? null : version }, inputs, outputs },
      modelPlace: at(version === null || version === '-1' ? 'model_name' : 'model_version'),
      inputsPlace: at('input_map'),
      outputsPlace: at('output_map'),
    };
  },
);

/** Triton's ModelEnsembling. */
export const ensembleScheduling: Schema<EnsembleScheduling> = mapping(
  'a mapping with the key step',
  { step: required(wholeList(step), 'The models that make it up.') },
  ({ step: steps }, at, report) => {
    if (steps.length > 0) return { place: at(), steps };
    report.problem(at('step'), 'expected at least one step, found none');
    return undefined;
  },
);
