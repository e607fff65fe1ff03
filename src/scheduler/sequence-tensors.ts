import type { SequenceRef } from '#inference/request.js';
import type { Tensor } from '#tensor/tensor.js';
import {
  bindControls,
  type ControlMaker,
  checkIdLength,
  controlPlace,
  type SequencePosition,
} from './sequence-controls.js';
import { checkOnce, type SequenceModel } from './sequence-model.js';
import type { SequenceOptions } from './sequence-options.js';
import {
  type BoundState,
  bindStates,
  type KeptState,
  keptState,
  type ReadInitial,
  stateInput,
  statePlace,
} from './sequence-state.js';
import type { Job, TaskResult } from './task.js';

/** The tensors of a model that clients do not see: added to their requests, taken off their answers. */
export class SequenceTensors {
  readonly #model: string;
  readonly #inputNames: readonly string[];
  readonly #controls: readonly ControlMaker[];
  readonly #states: readonly BoundState[];

  private constructor(
    { name, inputs }: SequenceModel,
    controls: readonly ControlMaker[],
    states: readonly BoundState[],
  ) {
    this.#model = name;
    this.#inputNames = inputs.map((spec) => spec.name);
    this.#controls = controls;
    this.#states = states;
  }

  /** Rejects with INVALID_ARGUMENT, saying where, when the options do not fit the model. */
  static async bind(
    options: Pick<SequenceOptions, 'controls' | 'states'>,
    model: SequenceModel,
    readInitial: ReadInitial,
  ): Promise<SequenceTensors> {
    const { controls, states } = options;
    const inputNames = [...controls.map(({ name }) => name), ...states.map(({ inputName }) => inputName)];
    const inputPlace = (i: number): string =>
      i < controls.length ? controlPlace(i) : statePlace(i - controls.length);
    checkOnce(
      controls.map(({ kind }) => kind),
      controlPlace,
      'control',
    );
    checkOnce(inputNames, inputPlace, 'input');
    checkOnce(
      states.map(({ outputName }) => outputName),
      statePlace,
      'output',
    );
    const makers = bindControls(controls, model);
    return new SequenceTensors(model, makers, await bindStates(states, model, readInitial));
  }

  /** Throws INVALID_ARGUMENT for an id that the model cannot be told. */
  checkId(id: SequenceRef['id']): void {
    checkIdLength(id, this.#model);
    for (const make of this.#controls) make({ id, isStart: false, isEnd: false });
  }

  /**
   * A request as the model takes it, its inputs in the model's order. The outputs are those that were asked for and,
   * behind them, the new states.
   *
   * @param history what the request before it left; null where it is the first
   */
  jobOf(job: Job, position: SequencePosition, history: readonly KeptState[] | null): Job {
    const own = [
      ...this.#controls.map((make) => make(position)),
      ...this.#states.map((bound, i) => stateInput(bound, history?.[i] ?? bound.initial)),
    ];
    const placeOf = ({ name }: Tensor): number => this.#inputNames.indexOf(name);
    const inputs = [...job.inputs, ...own].sort((a, b) => placeOf(a) - placeOf(b));
    const made = this.#states.map(({ state }) => state.outputName);
    return { ...job, inputs, outputs: [...job.outputs, ...made] };
  }

  /** The answer to a request that `jobOf` made, and what it leaves to the next. Throws INTERNAL. */
  take(result: TaskResult): { readonly result: TaskResult; readonly states: readonly KeptState[] } {
    const asked = result.outputs.length - this.#states.length;
    const states = this.#states.map((bound, i) => keptState(bound, result.outputs[asked + i] as Tensor));
    return { result: { ...result, outputs: result.outputs.slice(0, asked) }, states };
  }
}
