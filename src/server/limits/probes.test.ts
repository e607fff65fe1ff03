import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProbe } from './probes.js';

const rows: [path: string, isProbe: boolean][] = [
  ['/metrics', true],
  ['/v2/health/live', true],
  ['/v2/health/ready', true],
  ['/v2/models/:model/ready', true],
  ['/v2/models/:model/versions/:version/ready', true],
  ['/grpc.health.v1.Health/Check', true],
  ['/inference.GRPCInferenceService/ServerLive', true],
  ['/inference.GRPCInferenceService/ModelReady', true],
  ['/v2', false],
  ['/v2/models/:model/infer', false],
  ['/v2/repository/index', false],
  ['/inference.GRPCInferenceService/ModelInfer', false],
  ['/inference.GRPCInferenceService/ServerMetadata', false],
];

for (const [path, expected] of rows)
  test(`${path} ${expected ? 'asks how things are' : 'asks for work'}`, () =>
    assert.equal(isProbe(path), expected));
