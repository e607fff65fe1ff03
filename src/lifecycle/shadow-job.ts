import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Job } from '#scheduler/task.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { batchRows } from './batch-rows.js';
import { copyOf } from './copy-tensor.js';
import type { Handle } from './handle.js';
import type { Port, Signature } from './signature.js';

/** A copy of a job for another version, and how the outputs of the two belong together. */
export interface ShadowJob {
  readonly job: Job;
  /** For each output of the original: what clients call it, and its place among those of the copy, null where the shadow has none. */
  readonly outputs: readonly { readonly name: string; readonly at: number | null }[];
}

/**
 * The same job in the names of the shadow's engine, with bytes of its own and the lowest priority. Names that clients use are what
 * the two versions have in common. Throws INVALID_ARGUMENT, saying why, where the shadow does not take it.
 */
export function shadowJobOf(job: Job, original: Signature, shadow: Handle): ShadowJob {
  const named = job.inputs.map((input) => ({ ...input, name: publicName(original.inputs, input.name) }));
  const { signature, metadata, maxRequestRows } = shadow;
  const inputs = signature.inputs.map((port) => inputFor(port, named));
  const extra = named.find(({ name }) => signature.inputs.every(({ spec }) => spec.name !== name));
  if (extra !== undefined) throw invalid(`it has no input '${clip(extra.name)}'`);
  const rows = batchRows(inputs, { model: metadata.name, ports: signature.inputs, maxRequestRows });
  const names = job.outputs.map((engineName) => publicName(original.outputs, engineName));
  const ports = names.map((name) => signature.outputs.find(({ spec }) => spec.name === name) ?? null);
  const had = ports.filter((port) => port !== null);
  return {
    job: {
      inputs: inputs.map((input) => ({ ...input, data: copyOf(input.data) })),
      outputs: had.map(({ engineName }) => engineName),
      rows,
      schedule: { priority: lowestPriority(shadow), timeoutUs: 0 },
      sequence: null,
    },
    outputs: ports.map((port, i) => ({
      name: names[i] as string,
      at: port === null ? null : had.indexOf(port),
    })),
  };
}

function inputFor({ spec, engineName }: Port, given: readonly Tensor[]): Tensor {
  const input = given.find(({ name }) => name === spec.name);
  if (input === undefined)
    throw invalid(`it needs the input '${spec.name}', which the request does not have`);
  const { datatype, shape } = input;
  if (datatype !== spec.datatype)
    throw invalid(`its input '${spec.name}' is ${spec.datatype}, and that of the request ${datatype}`);
  if (!fitsSpec(shape, spec.shape)) {
    const [its, the] = [formatShape(spec.shape), formatShape(shape)];
    throw invalid(`its input '${spec.name}' has the shape ${its}, and that of the request ${the}`);
  }
  return { ...input, name: engineName };
}

function publicName(ports: readonly Port[], engineName: string): string {
  return ports.find((port) => port.engineName === engineName)?.spec.name ?? engineName;
}

/** 1 is the most urgent; 0 where all are alike. */
function lowestPriority({ deployment: { scheduling } }: Handle): number {
  return scheduling.kind === 'batches' ? scheduling.batches.priorityLevels : 0;
}
