import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import type { TensorSpec } from '#inference/metadata.js';
import type { ModelRef } from '#inference/request.js';
import type { RpcMethod } from '#protocol/exchange.js';
import { modelConfigOf } from '#protocol/model-config.js';
import type { Serving } from '#serving/serving.js';
import { ModelConfigSchema } from './gen/model_config_pb.js';
import { GRPCInferenceService } from './gen/open_inference_grpc_pb.js';
import { unary } from './methods.js';

const HEALTH = { category: 'health', model: 'none' } as const;

/** Liveness, readiness, metadata and configuration. */
export function informationMethods(serving: Serving): readonly RpcMethod[] {
  const { serverLive, serverReady, modelReady, serverMetadata, modelMetadata, modelConfig } =
    GRPCInferenceService.method;
  return [
    unary(serverLive, HEALTH, () => ({ live: serving.isLive() })),
    unary(serverReady, HEALTH, () => ({ ready: serving.isReady() })),
    unary(modelReady, { category: 'health', model: nameOf }, (request) => ({
      ready: serving.isModelReady(refOf(request)),
    })),
    unary(serverMetadata, { category: 'metadata', model: 'none' }, () => {
      const { name, version, extensions } = serving.info();
      return { name, version, extensions: [...extensions] };
    }),
    unary(modelMetadata, { category: 'metadata', model: nameOf }, (request) => {
      const { metadata, versions } = serving.modelMetadata(refOf(request));
      return {
        name: metadata.name,
        versions: [...versions],
        platform: metadata.platform,
        inputs: metadata.inputs.map(tensorMetadata),
        outputs: metadata.outputs.map(tensorMetadata),
      };
    }),
    unary(modelConfig, { category: 'model-config', model: nameOf }, (request) => {
      const { metadata, deployment, policy } = serving.modelDeployment(refOf(request));
      const config = modelConfigOf(metadata, deployment, policy);
      return { config: fromJson(ModelConfigSchema, config as JsonValue) };
    }),
  ];
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** An empty version is one that is not said. */
function refOf({ name, version }: { readonly name: string; readonly version: string }): ModelRef {
  return { name, version: version === '' ? null : version };
}

function tensorMetadata({ name, datatype, shape }: TensorSpec): {
  name: string;
  datatype: string;
  shape: bigint[];
} {
  return { name, datatype, shape: shape.map(BigInt) };
}
