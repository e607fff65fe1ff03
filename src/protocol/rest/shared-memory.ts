import type { Exchange } from '#protocol/exchange.js';
import { allowed, checkCudaRegion, noCudaMemory } from '#protocol/shared-tensors.js';
import type { Serving } from '#serving/serving.js';
import type { RegionStatus } from '#shared-memory/region.js';
import {
  described,
  index,
  type JsonSchema,
  NOTHING,
  object,
  optional,
  readBody,
  required,
  text,
} from './definition.js';
import { jsonContent, type Operation, type RestRoute } from './operation.js';
import { get, json, post } from './route.js';

const SYSTEM = '/v2/systemsharedmemory';
const CUDA = '/v2/cudasharedmemory';

const registerRequest = object({
  key: required(described(text, 'The name of the POSIX shared memory object, as for `shm_open`.')),
  offset: optional(described(index, 'Where the region begins in the object, in bytes; 0 if not said.')),
  byte_size: required(described(index, 'Bytes.')),
});

/** The regions of shared memory that tensors may lie in. */
export function sharedMemoryRoutes(serving: Serving): readonly RestRoute[] {
  return [...systemRoutes(serving), ...cudaRoutes(serving)];
}

function systemRoutes(serving: Serving): readonly RestRoute[] {
  const regions = (): ReturnType<typeof allowed> => allowed(serving.sharedMemory);
  return [
    get(`${SYSTEM}/status`, statusOf('systemSharedMemoryStatus', 'The registered regions'), () =>
      json(200, regions().status(null).map(statusRecord)),
    ),
    get(
      `${SYSTEM}/region/:region/status`,
      statusOf('systemSharedMemoryRegionStatus', 'One registered region'),
      (exchange) => json(200, regions().status(regionName(exchange)).map(statusRecord)),
    ),
    post(
      `${SYSTEM}/region/:region/register`,
      {
        ...operation('systemSharedMemoryRegister', 'Registers a part of a POSIX shared memory object'),
        body: { isRequired: true, content: jsonContent(registerRequest.schema) },
        errors: ['UNIMPLEMENTED', 'INVALID_ARGUMENT', 'OVERLOADED'],
      },
      (exchange) => {
        const name = regionName(exchange);
        const { key, offset, byte_size: byteSize } = readBody(registerRequest, exchange.body);
        regions().register({ name, key, offset: offset ?? 0, byteSize });
        return json(200, {});
      },
    ),
    post(
      `${SYSTEM}/unregister`,
      operation('systemSharedMemoryUnregister', 'Unregisters every region'),
      () => {
        regions().unregister(null);
        return json(200, {});
      },
    ),
    post(
      `${SYSTEM}/region/:region/unregister`,
      operation('systemSharedMemoryRegionUnregister', 'Unregisters a region, if there is such a one'),
      (exchange) => {
        regions().unregister(regionName(exchange));
        return json(200, {});
      },
    ),
  ];
}

/** Clients ask that all regions be unregistered before they begin: here there are never any. */
function cudaRoutes(serving: Serving): readonly RestRoute[] {
  const none = (): void => void allowed(serving.sharedMemory);
  return [
    get(`${CUDA}/status`, statusOf('cudaSharedMemoryStatus', 'An empty list'), () => {
      none();
      return json(200, []);
    }),
    get(
      `${CUDA}/region/:region/status`,
      statusOf('cudaSharedMemoryRegionStatus', 'There is no such region'),
      (exchange) => {
        none();
        checkCudaRegion(regionName(exchange));
        return json(200, []);
      },
    ),
    post(
      `${CUDA}/region/:region/register`,
      operation('cudaSharedMemoryRegister', 'Always an error: it is not supported'),
      () => {
        none();
        throw noCudaMemory();
      },
    ),
    post(`${CUDA}/unregister`, operation('cudaSharedMemoryUnregister', 'Does nothing'), () => {
      none();
      return json(200, {});
    }),
    post(
      `${CUDA}/region/:region/unregister`,
      operation('cudaSharedMemoryRegionUnregister', 'Does nothing'),
      () => {
        none();
        return json(200, {});
      },
    ),
  ];
}

const STATUS: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      key: { type: 'string', description: 'The name of the shared memory object.' },
      offset: { type: 'integer', minimum: 0, description: 'Bytes.' },
      byte_size: { type: 'integer', minimum: 1 },
    },
    required: ['name'],
  },
};

function operation(id: string, summary: string): Operation {
  return {
    id,
    tag: 'shared memory',
    category: 'shared-memory',
    summary,
    segments: { region: 'The name of a region.' },
    answers: { 200: { description: 'Done.', content: jsonContent(NOTHING) } },
    errors: ['UNIMPLEMENTED'],
  };
}

function statusOf(id: string, summary: string): Operation {
  return {
    ...operation(id, summary),
    answers: { 200: { description: 'The regions.', content: jsonContent(STATUS) } },
    errors: ['UNIMPLEMENTED', 'NOT_FOUND'],
  };
}

function statusRecord({ name, key, offset, byteSize }: RegionStatus): object {
  return { name, key, offset, byte_size: byteSize };
}

function regionName({ params }: Exchange): string {
  return params['region'] ?? '';
}
