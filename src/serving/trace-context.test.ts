import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSpanRef } from '#core/span-ref.js';
import { readTraceContext, traceparentOf } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const valid: [traceparent: string, isSampled: boolean][] = [
  [`00-${TRACE}-${SPAN}-01`, true],
  [`00-${TRACE}-${SPAN}-00`, false],
  [`00-${TRACE}-${SPAN}-03`, true],
  [`00-${TRACE}-${SPAN}-fe`, false],
  [` 00-${TRACE}-${SPAN}-01 `, true],
  // Of a version to come.
  [`01-${TRACE}-${SPAN}-01`, true],
  [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, true],
];

for (const [traceparent, isSampled] of valid) {
  test(`'${traceparent}' is read`, () => {
    const parent = { traceId: TRACE, spanId: SPAN };
    assert.deepEqual(readTraceContext(traceparent, undefined), { parent, isSampled, state: '' });
  });
}

const invalid: (string | undefined)[] = [
  undefined,
  '',
  '00',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `01-${TRACE}-${SPAN}-01.more`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}0-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE}-${SPAN}-0g`,
  // Two headers, joined.
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
];

for (const traceparent of invalid) {
  test(`'${traceparent}' is as if it were not there`, () => {
    assert.equal(readTraceContext(traceparent, 'a=b'), null);
  });
}

test('the state of the trace is kept as it is, but for one that is too long', () => {
  const state = (text: string): string | undefined => readTraceContext(`00-${TRACE}-${SPAN}-01`, text)?.state;
  assert.equal(state(' rojo=1,congo=t61 '), 'rojo=1,congo=t61');
  assert.equal(state(`a=${'x'.repeat(510)}`)?.length, 512);
  assert.equal(state(`a=${'x'.repeat(511)}`), '');
});

test('what is written is read again', () => {
  const span = newSpanRef();
  assert.deepEqual(readTraceContext(traceparentOf(span), undefined), {
    parent: span,
    isSampled: true,
    state: '',
  });
  assert.equal(newSpanRef(span.traceId).traceId, span.traceId);
  assert.notEqual(newSpanRef(span.traceId).spanId, span.spanId);
});
