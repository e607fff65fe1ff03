import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceIdOf } from './trace-parent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

for (const header of [
  `00-${TRACE}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-00`,
  `cc-${TRACE}-${PARENT}-01-more`,
]) {
  test(`${header} names a trace`, () => assert.equal(traceIdOf(header), TRACE));
}

for (const header of [
  undefined,
  '',
  TRACE,
  `00-${TRACE}-${PARENT}`,
  `00-${TRACE}-${PARENT}-01-more`,
  `ff-${TRACE}-${PARENT}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${'0'.repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE}x-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-01\nforged`,
]) {
  test(`${JSON.stringify(header)} names none`, () => assert.equal(traceIdOf(header), null));
}
