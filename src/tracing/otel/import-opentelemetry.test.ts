import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importOpenTelemetry } from './import-opentelemetry.js';

test('where a package is missing the sentence says what to install', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await assert.rejects(
    importOpenTelemetry(() => Promise.reject(missing)),
    {
      code: 'UNAVAILABLE',
      message:
        'the trace mode opentelemetry needs packages that are not installed: ' +
        "npm install '@opentelemetry/api@1' '@opentelemetry/sdk-trace-base@2' '@opentelemetry/resources@2' " +
        "'@opentelemetry/exporter-trace-otlp-proto@0.223'",
    },
  );
});

test('where a package cannot be loaded the sentence says why', async () => {
  await assert.rejects(
    importOpenTelemetry(() => Promise.reject(new SyntaxError('no'))),
    { message: 'the trace mode opentelemetry needs packages that cannot be loaded: SyntaxError: no' },
  );
});
