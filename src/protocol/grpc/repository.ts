import { ServingError } from '#core/errors.js';
import { type ControlValue, readLoadRequest, readUnloadRequest } from '#protocol/control-parameters.js';
import type { RpcMethod } from '#protocol/exchange.js';
import { wrongValue } from '#protocol/request-faults.js';
import type { Serving } from '#serving/serving.js';
import { ModelRepositoryService } from './gen/model_repository_pb.js';
import {
  GRPCInferenceService,
  type RepositoryIndexRequest,
  type RepositoryModelLoadRequest,
  type RepositoryModelUnloadRequest,
} from './gen/open_inference_grpc_pb.js';
import { type Allowance, unary } from './methods.js';

const CONTROL: Allowance<RepositoryModelLoadRequest | RepositoryModelUnloadRequest> = {
  category: 'model-repository',
  model: (request) => target(request).name,
};

/** Index, load and unload: Triton has them in the inference service, MLServer in a service of their own as well. */
export function repositoryMethods(serving: Serving): readonly RpcMethod[] {
  return [GRPCInferenceService.method, ModelRepositoryService.method].flatMap((method) => [
    unary(method.repositoryIndex, { category: 'model-repository', model: 'none' }, (request, { access }) => ({
      models: index(serving, request).filter(({ name }) => access?.sees(name) ?? true),
    })),
    unary(method.repositoryModelLoad, CONTROL, async (request) => {
      const { name, isKServeForm } = target(request);
      await serving.load(name, readLoadRequest(parametersOf(request), bytesOf));
      return isKServeForm ? { modelName: name, isLoaded: true } : {};
    }),
    unary(method.repositoryModelUnload, CONTROL, (request) => {
      const { name, isKServeForm } = target(request);
      serving.unload(name, readUnloadRequest(parametersOf(request)));
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
  const { repositoryName, modelName } = request;
  if (modelName === '' && repositoryName !== '') return { name: repositoryName, isKServeForm: true };
  refuseRepository(repositoryName);
  return { name: modelName, isKServeForm: false };
}

/** A parameter without a value is as good as an empty text. */
function parametersOf({
  parameters,
}: RepositoryModelLoadRequest | RepositoryModelUnloadRequest): [string, ControlValue][] {
  return Object.entries(parameters).map(([name, { parameterChoice }]) => [name, parameterChoice.value ?? '']);
}

function bytesOf(place: string, value: ControlValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongValue(place, 'bytes_param', value);
  return value;
}

function refuseRepository(name: string): void {
  if (name === '') return;
  throw new ServingError('UNIMPLEMENTED', "'repository_name' specification is not supported");
}
