import type { FuzzTarget } from '../target.js';
import { configJson, configPbtxt, modelListYaml, serverYaml } from './config.js';
import { cacheEntry, onnxFile, tfliteFile, treeManifest } from './files.js';
import { fp32Read } from './fp32-read.js';
import { fp32Text } from './fp32-text.js';
import { grpcInfer } from './grpc-infer.js';
import { jsonElements } from './json-elements.js';
import { jsonText } from './json-text.js';
import { commandLine, deviceSelector, fileNames, storeUrl } from './names.js';
import { restInfer } from './rest-infer.js';
import { restGenerate, restRaw } from './rest-plain.js';
import { grpcMessages, http2Bytes, httpBytes, restBodies } from './sockets.js';
import { grpcCompression, grpcFrames, headers } from './transport.js';

/** Every decoder, in the order of the way that a request takes; then files, then what people write. */
export const DECODERS: readonly FuzzTarget[] = [
  headers,
  grpcFrames,
  grpcCompression,
  jsonText,
  jsonElements,
  fp32Read,
  fp32Text,
  restInfer,
  restRaw,
  restGenerate,
  grpcInfer,
  cacheEntry,
  onnxFile,
  tfliteFile,
  treeManifest,
  storeUrl,
  fileNames,
  deviceSelector,
  configPbtxt,
  configJson,
  modelListYaml,
  serverYaml,
  commandLine,
];

/** The same decoders and what is around them, in a whole server. */
export const SOCKETS: readonly FuzzTarget[] = [restBodies, grpcMessages, httpBytes, http2Bytes];

/** All that there is to fuzz. */
export const TARGETS: readonly FuzzTarget[] = [...DECODERS, ...SOCKETS];

export function targetNamed(name: string): FuzzTarget {
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  return target;
}
