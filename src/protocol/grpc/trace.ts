import type { RpcMethod } from '#protocol/exchange.js';
import { readTraceChange, traceSettingValues } from '#protocol/trace-settings.js';
import type { Serving } from '#serving/serving.js';
import { GRPCInferenceService, type TraceSettingRequest } from './gen/open_inference_grpc_pb.js';
import { type Allowance, unary } from './methods.js';

const TRACE: Allowance<TraceSettingRequest> = {
  category: 'trace',
  model: ({ modelName }) => (modelName === '' ? null : modelName),
};

/** What is traced, of all models or of one; a request that names no settings only reads them. */
export function traceMethods(serving: Serving): readonly RpcMethod[] {
  return [
    unary(GRPCInferenceService.method.traceSetting, TRACE, ({ settings, modelName }) => {
      const model = modelName === '' ? null : modelName;
      const texts = new Map(Object.entries(settings).map(([name, { value }]) => [name, value]));
      serving.changeTraceSettings(model, readTraceChange(texts));
      const values = Object.entries(traceSettingValues(serving.traceSettings(model)));
      return { settings: Object.fromEntries(values.map(([name, value]) => [name, { value: [...value] }])) };
    }),
  ];
}
