import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { InferenceRequest, ParameterValue } from '#inference/request.js';
import { readFlag } from '#protocol/parameter.js';
import { inputTwice } from '#protocol/request-faults.js';
import { checkReserved } from '#protocol/reserved-parameters.js';
import { scheduleOf } from '#protocol/schedule.js';
import { sequenceOf } from '#protocol/sequence.js';
import type { Tensor } from '#tensor/tensor.js';
import { OPEN_BRACE, OPEN_BRACKET } from './json-bytes.js';
import { JsonReader, within } from './json-reader.js';
import { readParameter } from './json-value.js';
import { readPlainTensor } from './plain-tensor.js';

/** A request in plain JSON, and how its answer is to be written. */
export interface DecodedGenerate {
  readonly request: InferenceRequest;
  /** NaN and the infinities as such; else they are null. */
  readonly nanTokens: boolean;
}

/**
 * A body of plain JSON as a request to a model (Triton's extension `generate`). A key that is the name of an input holds
 * its elements; `id` and `parameters` are what they are elsewhere, and every other key is a parameter. The keys inside
 * `parameters` are taken as those beside it. A parameter that is null is not given. Throws INVALID_ARGUMENT for whatever
 * is malformed, doubled or out of range.
 */
export function decodeGenerateRequest(body: Uint8Array, model: ModelMetadata): DecodedGenerate {
  const reader = new JsonReader(body);
  const draft = new GenerateDraft(reader, model);
  reader.entries('', (key) => {
    if (key === NESTED) draft.readNested();
    else draft.read(key, '');
  });
  reader.end();
  return draft.finish();
}

/** The key whose value is taken apart. */
const NESTED = 'parameters';

/** A request as far as it has been read. */
class GenerateDraft {
  readonly #reader: JsonReader;
  readonly #model: ModelMetadata;
  readonly #inputs = new Map<string, Tensor>();
  readonly #parameters = new Map<string, ParameterValue>();
  #id: string | null = null;
  #hasNested = false;

  constructor(reader: JsonReader, model: ModelMetadata) {
    this.#reader = reader;
    this.#model = model;
  }

  readNested(): void {
    if (this.#model.inputs.some(({ name }) => name === NESTED)) {
      throw invalid(
        `the model '${this.#model.name}' has an input called 'parameters', which in such a request is the key for parameters: please use infer`,
      );
    }
    if (this.#hasNested) throw twice(NESTED);
    this.#hasNested = true;
    if (this.#reader.null()) return;
    this.#reader.entries(NESTED, (key) => this.read(key, NESTED));
  }

  /** Takes the value of one key. */
  read(key: string, place: string): void {
    const here = within(place, key);
    const spec = this.#model.inputs.find(({ name }) => name === key);
    if (spec !== undefined) {
      if (this.#inputs.has(key)) throw inputTwice(key);
      this.#inputs.set(key, readPlainTensor(this.#reader, spec, this.#model.maxBatchSize > 0));
    } else if (this.#reader.null()) return;
    else if (key === 'id') {
      if (this.#id !== null) throw twice(here);
      this.#id = this.#reader.string(here);
    } else {
      if (this.#parameters.has(key)) throw twice(here);
      this.#parameters.set(key, this.#readParameter(here));
    }
  }

  /** Whoever mistypes the name of an input should hear of it. */
  #readParameter(place: string): ParameterValue {
    const first = this.#reader.peek();
    if (first !== OPEN_BRACKET && first !== OPEN_BRACE) return readParameter(this.#reader, place);
    const found = this.#reader.description();
    const known = this.#model.inputs.map(({ name }) => `'${name}'`).join(', ');
    throw invalid(
      `'${clip(place)}' must be a string, a number or a boolean, but is ${found}: it is no input of model '${this.#model.name}', which has ${known}`,
    );
  }

  finish(): DecodedGenerate {
    const { name, version } = this.#model;
    const parameters = Object.fromEntries(this.#parameters);
    checkReserved(parameters, 'rest');
    return {
      request: {
        id: this.#id,
        model: { name, version },
        inputs: [...this.#inputs.values()],
        outputs: 'all',
        parameters,
        schedule: scheduleOf(parameters),
        sequence: sequenceOf(parameters),
      },
      nanTokens: readFlag(parameters, 'nan_tokens', NESTED) ?? false,
    };
  }
}

function twice(place: string): Error {
  return invalid(`'${clip(place)}' is given twice`);
}
