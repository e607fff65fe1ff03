import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ParameterValue } from '#inference/request.js';
import type { RpcMethod } from '#protocol/exchange.js';
import { logSettingValues, readLogChange } from '#protocol/log-settings.js';
import type { Serving } from '#serving/serving.js';
import {
  GRPCInferenceService,
  type LogSettingsRequest,
  type LogSettingsResponse_SettingValueSchema,
} from './gen/open_inference_grpc_pb.js';
import { unary } from './methods.js';

/** The settings of the log; a request that names none only reads them. */
export function loggingMethods(serving: Serving): readonly RpcMethod[] {
  const { logControl } = serving;
  return [
    unary(GRPCInferenceService.method.logSettings, { category: 'logging', model: 'none' }, (request) => {
      logControl.change(readLogChange(valuesOf(request)));
      const values = Object.entries(logSettingValues(logControl.settings));
      return { settings: Object.fromEntries(values.map(([name, value]) => [name, settingOf(value)])) };
    }),
  ];
}

function valuesOf({ settings }: LogSettingsRequest): ReadonlyMap<string, ParameterValue | null> {
  return new Map(
    Object.entries(settings).map(([name, { parameterChoice }]) => [name, parameterChoice.value ?? null]),
  );
}

function settingOf(
  value: string | boolean | number,
): MessageInitShape<typeof LogSettingsResponse_SettingValueSchema> {
  if (typeof value === 'boolean') return { parameterChoice: { case: 'boolParam', value } };
  if (typeof value === 'number') return { parameterChoice: { case: 'uint32Param', value } };
  return { parameterChoice: { case: 'stringParam', value } };
}
