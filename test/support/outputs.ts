import assert from 'node:assert/strict';
import type { Reply } from './server.js';

/** Name, datatype, shape and data of each output of an answer, which must be one. */
export function outputsOf({ status, text, json }: Reply): readonly unknown[] {
  assert.equal(status, 200, text);
  return json.outputs.map((output: Record<string, unknown>) => [
    output['name'],
    output['datatype'],
    output['shape'],
    output['data'],
  ]);
}
