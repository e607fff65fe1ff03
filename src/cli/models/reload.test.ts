import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JsonPlace } from '#cli/json-place.js';
import type { StepKind } from './print-plan.js';
import { outcomeOf } from './reload.js';
import { decodeModels } from './repository-model.js';

const STEP = { model: 'mnist', version: '2', why: 'new' };

describe('what became of a step of a reload', () => {
  const rows: readonly (readonly [kind: StepKind, state: string | null, verb: string, fault: string])[] = [
    ['load', 'READY', 'loaded', ''],
    ['load', 'LOADING', 'loading', ''],
    ['load', 'UNAVAILABLE', 'failed', 'it is UNAVAILABLE'],
    ['load', 'UNLOADING', 'failed', 'it is UNLOADING'],
    ['load', null, 'failed', 'it is UNAVAILABLE'],
    ['change', 'READY', 'changed', ''],
    ['change', 'LOADING', 'changing', ''],
    ['change', 'UNAVAILABLE', 'failed', 'it is UNAVAILABLE'],
    ['unload', 'UNAVAILABLE', 'unloaded', ''],
    ['unload', 'UNLOADING', 'unloading', ''],
    ['unload', null, 'unloaded', ''],
    ['unload', 'READY', 'failed', 'it is READY'],
  ];
  for (const [kind, state, verb, fault] of rows) {
    it(`${kind}, and it is ${state ?? 'not known any more'}: ${verb}`, () => {
      const [found] = decodeModels(
        new JsonPlace([{ name: 'mnist', versions: state === null ? [] : [{ version: '2', state }] }]),
      );
      const version = found?.versions[0] ?? null;
      assert.deepEqual(outcomeOf(kind, STEP, version), { verb, kind, step: STEP, fault });
    });
  }
});
