/** Tensors in shared memory (Triton's `system_shared_memory`), in the same words whatever the request is encoded in. */

import { clip } from '#core/clip.js';
import { invalid, ServingError } from '#core/errors.js';
import type { Parameters } from '#inference/request.js';
import type { SharedMemoryRegions, SharedWindow, WindowClaim } from '#shared-memory/regions.js';
import type { Tensor } from '#tensor/tensor.js';
import { checkBinarySize, checkBinaryTensor } from './binary-tensor.js';
import { readCount, readText } from './parameter.js';
import type { TensorClaims } from './request-faults.js';
import type { OutputDraft } from './requested-output.js';

const REGION = 'shared_memory_region';
const BYTE_SIZE = 'shared_memory_byte_size';
const OFFSET = 'shared_memory_offset';

/** The regions that clients may use. Throws UNIMPLEMENTED, in Triton's words, where they may use none. */
export function allowed(regions: SharedMemoryRegions | null): SharedMemoryRegions {
  if (regions !== null) return regions;
  throw new ServingError(
    'UNIMPLEMENTED',
    "Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.",
  );
}

/** What asks for CUDA's shared memory: there is none, so no region of it is ever registered. */
export function noCudaMemory(): ServingError {
  return new ServingError(
    'UNIMPLEMENTED',
    'CUDA shared memory is not supported by this server: register system shared memory instead',
  );
}

/** Throws NOT_FOUND, in Triton's words, for any region of CUDA's. */
export function checkCudaRegion(name: string | null): void {
  if (name === null) return;
  throw new ServingError('NOT_FOUND', `Unable to find cuda shared memory region: '${clip(name)}'`);
}

/**
 * Where the parameters of a tensor say that its bytes are, or null where they say nothing of it. Throws INVALID_ARGUMENT
 * for parameters that are not what they have to be.
 *
 * @param place the tensor's, for instance `inputs[0]`
 */
export function readWindow(parameters: Parameters, name: string, place: string): WindowClaim | null {
  const here = `${place}.parameters`;
  const region = readText(parameters, REGION, here);
  if (region === null) return null;
  const byteSize = readCount(parameters, BYTE_SIZE, here);
  if (byteSize === null) {
    throw invalid(
      `'${BYTE_SIZE}' must be specified along with '${REGION}' parameter for tensor '${clip(name)}', at '${here}'`,
    );
  }
  return { region, byteSize, offset: readCount(parameters, OFFSET, here) ?? 0 };
}

/** Reads the inputs of one request that lie in shared memory, and bounds what they have together. */
export class SharedInputs {
  readonly #regions: SharedMemoryRegions | null;
  readonly #model: string;
  #bytes = 0;

  /** @param regions null where shared memory may not be used */
  constructor(regions: SharedMemoryRegions | null, model: string) {
    this.#regions = regions;
    this.#model = model;
  }

  /**
   * The bytes of an input, in a buffer of their own. Throws INVALID_ARGUMENT where they are not the tensor that the request
   * claims, and what the regions throw.
   */
  read(claim: WindowClaim, claims: TensorClaims): Uint8Array {
    const regions = allowed(this.#regions);
    const window = regions.window(claim);
    checkBinarySize(window.byteSize, claims, this.#model);
    this.#bytes += window.byteSize;
    // A region may be longer than the memory behind it, and many inputs may name the same one.
    if (this.#bytes > regions.maxRequestBytes) {
      throw new ServingError(
        'PAYLOAD_TOO_LARGE',
        `the request's inputs in shared memory have more than ${regions.maxRequestBytes} bytes together, the most this server takes`,
      );
    }
    const bytes = window.read();
    checkBinaryTensor(bytes, claims);
    return bytes;
  }
}

/** The windows that outputs go to, by the outputs' names. */
export type SharedOutputs = ReadonlyMap<string, SharedWindow>;

export const NO_SHARED_OUTPUTS: SharedOutputs = new Map();

/**
 * The windows of the outputs that shall go to shared memory. Throws INVALID_ARGUMENT for one that shall also go elsewhere,
 * and what the regions throw.
 */
export function sharedOutputs(
  outputs: readonly OutputDraft[],
  regions: SharedMemoryRegions | null,
): SharedOutputs {
  const windows = new Map<string, SharedWindow>();
  for (const { name, parameters, place } of outputs) {
    const claim = readWindow(parameters, name, place);
    if (claim === null) continue;
    if (Object.hasOwn(parameters, 'classification')) throw bothSet('classification', place);
    if (parameters['binary_data'] === true) throw bothSet('binary_data', place);
    windows.set(name, allowed(regions).window(claim));
  }
  return windows.size === 0 ? NO_SHARED_OUTPUTS : windows;
}

function bothSet(other: string, place: string): ServingError {
  return invalid(`Output can't set both '${REGION}' and '${other}', at '${place}.parameters'`);
}

/**
 * Writes the outputs of an answer that belong into shared memory: all of them or, where one does not fit or its region
 * is not what it was, none. Throws INVALID_ARGUMENT, in Triton's words, for a window that is too small.
 */
export function writeShared(outputs: readonly Tensor[], windows: SharedOutputs): void {
  if (windows.size === 0) return;
  for (const { name, data } of outputs) {
    const window = windows.get(name);
    if (window !== undefined && data.byteLength > window.byteSize) {
      throw invalid(
        `shared memory size specified with the request for output '${clip(name)}' (${window.byteSize} bytes) should be at least ${data.byteLength} bytes to hold the results`,
      );
    }
    window?.check(data.byteLength);
  }
  for (const { name, data } of outputs) windows.get(name)?.write(data);
}

/** What an answer over gRPC says of an output that is in shared memory: where it begins, and how many bytes it really has. */
export function windowParameters({ region, offset }: SharedWindow, { data }: Tensor): Parameters {
  return { [REGION]: region, [BYTE_SIZE]: data.byteLength, ...(offset > 0 && { [OFFSET]: offset }) };
}
