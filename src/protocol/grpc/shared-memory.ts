import type { RpcMethod } from '#protocol/exchange.js';
import { MAX_INDEX, notAnIndex } from '#protocol/request-faults.js';
import { allowed, checkCudaRegion, noCudaMemory } from '#protocol/shared-tensors.js';
import type { Serving } from '#serving/serving.js';
import { GRPCInferenceService } from './gen/open_inference_grpc_pb.js';
import { unary } from './methods.js';

const SHARED_MEMORY = { category: 'shared-memory', model: 'none' } as const;

/** The regions of shared memory that tensors may lie in. */
export function sharedMemoryMethods(serving: Serving): readonly RpcMethod[] {
  return [...systemMethods(serving), ...cudaMethods(serving)];
}

function systemMethods(serving: Serving): readonly RpcMethod[] {
  const { systemSharedMemoryStatus, systemSharedMemoryRegister, systemSharedMemoryUnregister } =
    GRPCInferenceService.method;
  return [
    unary(systemSharedMemoryStatus, SHARED_MEMORY, ({ name }) => {
      const regions = allowed(serving.sharedMemory).status(orAll(name));
      return {
        regions: Object.fromEntries(
          regions.map(({ name, key, offset, byteSize }) => [
            name,
            { name, key, offset: BigInt(offset), byteSize: BigInt(byteSize) },
          ]),
        ),
      };
    }),
    unary(systemSharedMemoryRegister, SHARED_MEMORY, ({ name, key, offset, byteSize }) => {
      allowed(serving.sharedMemory).register({
        name,
        key,
        offset: indexOf('offset', offset),
        byteSize: indexOf('byte_size', byteSize),
      });
      return {};
    }),
    unary(systemSharedMemoryUnregister, SHARED_MEMORY, ({ name }) => {
      allowed(serving.sharedMemory).unregister(orAll(name));
      return {};
    }),
  ];
}

/** Clients ask that all regions be unregistered before they begin: here there are never any. */
function cudaMethods(serving: Serving): readonly RpcMethod[] {
  const { cudaSharedMemoryStatus, cudaSharedMemoryRegister, cudaSharedMemoryUnregister } =
    GRPCInferenceService.method;
  return [
    unary(cudaSharedMemoryStatus, SHARED_MEMORY, ({ name }) => {
      allowed(serving.sharedMemory);
      checkCudaRegion(orAll(name));
      return {};
    }),
    unary(cudaSharedMemoryRegister, SHARED_MEMORY, () => {
      allowed(serving.sharedMemory);
      throw noCudaMemory();
    }),
    unary(cudaSharedMemoryUnregister, SHARED_MEMORY, () => {
      allowed(serving.sharedMemory);
      return {};
    }),
  ];
}

/** An empty name is one that is not said, and means every region. */
function orAll(name: string): string | null {
  return name === '' ? null : name;
}

function indexOf(place: string, value: bigint): number {
  if (value <= MAX_INDEX) return Number(value);
  throw notAnIndex(place, String(value));
}
