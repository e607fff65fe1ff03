import { ServingError } from '#core/errors.js';
import type { RpcMethod } from '#protocol/exchange.js';
import { checkControlParameters } from '#protocol/request-faults.js';
import type { Serving } from '#serving/serving.js';
import { ModelRepositoryService } from './gen/model_repository_pb.js';
import {
  GRPCInferenceService,
  type RepositoryIndexRequest,
  type RepositoryModelLoadRequest,
  type RepositoryModelUnloadRequest,
} from './gen/open_inference_grpc_pb.js';
import { unary } from './methods.js';

/** Index, load and unload: Triton has them in the inference service, MLServer in a service of their own as well. */
export function repositoryMethods(serving: Serving): readonly RpcMethod[] {
  return [GRPCInferenceService.method, ModelRepositoryService.method].flatMap((method) => [
    unary(method.repositoryIndex, (request) => ({ models: index(serving, request) })),
    unary(method.repositoryModelLoad, async (request) => {
      const { name, isKServeForm } = target(request);
      await serving.load(name);
      return isKServeForm ? { modelName: name, isLoaded: true } : {};
    }),
    unary(method.repositoryModelUnload, (request) => {
      const { name, isKServeForm } = target(request);
      serving.unload(name);
      return isKServeForm ? { modelName: name, isUnloaded: true } : {};
    }),
  ]);
}

function index(
  serving: Serving,
  { repositoryName, ready }: RepositoryIndexRequest,
): { name: string; version: string; state: string; reason: string }[] {
  refuseRepository(repositoryName);
  return serving
    .index()
    .filter((entry) => !ready || entry.state === 'READY')
    .map(({ name, version, state, reason }) => ({ name, version, state, reason }));
}

/** KServe's clients have the model's name where Triton's have the repository's, and nothing else. */
function target(request: RepositoryModelLoadRequest | RepositoryModelUnloadRequest): {
  readonly name: string;
  readonly isKServeForm: boolean;
} {
  const { repositoryName, modelName, parameters } = request;
  checkControlParameters(Object.keys(parameters));
  if (modelName === '' && repositoryName !== '') return { name: repositoryName, isKServeForm: true };
  refuseRepository(repositoryName);
  return { name: modelName, isKServeForm: false };
}

function refuseRepository(name: string): void {
  if (name === '') return;
  throw new ServingError('UNIMPLEMENTED', "'repository_name' specification is not supported");
}
