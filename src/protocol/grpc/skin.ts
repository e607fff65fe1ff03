import type { RpcSkin } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { file_health } from './gen/health_pb.js';
import { file_model_config } from './gen/model_config_pb.js';
import { file_model_repository } from './gen/model_repository_pb.js';
import { file_open_inference_grpc } from './gen/open_inference_grpc_pb.js';
import { healthMethods } from './health.js';
import { inferMethods } from './infer.js';
import { informationMethods } from './information.js';
import { loggingMethods } from './logging.js';
import { reflectionMethods } from './reflection.js';
import { repositoryMethods } from './repository.js';
import { sharedMemoryMethods } from './shared-memory.js';
import { statisticsMethods } from './statistics.js';
import { statusOf } from './status.js';
import { traceMethods } from './trace.js';

const FILES = [file_open_inference_grpc, file_model_config, file_model_repository, file_health];

/** The gRPC form of the V2 protocol, with health checking and reflection beside it. */
export function grpcSkin(serving: Serving): RpcSkin {
  const services = FILES.flatMap((file) => file.services.map(({ typeName }) => typeName));
  return {
    methods: [
      ...inferMethods(serving),
      ...informationMethods(serving),
      ...statisticsMethods(serving),
      ...repositoryMethods(serving),
      ...loggingMethods(serving),
      ...traceMethods(serving),
      ...sharedMemoryMethods(serving),
      ...healthMethods(serving, services),
      ...reflectionMethods(FILES),
    ],
    statusOf,
  };
}
