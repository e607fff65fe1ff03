/** The list of models: which lines, in which order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derive } from '../../web/derive.js';
import { changesAnything, type Plan } from '../../web/models/plan.js';
import { type Column, clicked, filtered, type Order, rowsOf, sorted } from '../../web/models/rows.js';
import { sparkPath } from '../../web/parts/spark-path.js';
import { durationText } from '../../web/shell/duration.js';
import { answered, BOUNDS_MS, modelOf, statsOf, versionOf } from '../support/live-stats.js';

const models = [
  modelOf('b', [versionOf('10', { memory_bytes: 5 }), versionOf('9', { memory_bytes: 70 })]),
  modelOf('Cat', [versionOf('1', { state: 'UNAVAILABLE', devices: [], memory_bytes: null, stats: null })]),
  modelOf('a', []),
];
const requests: Readonly<Record<string, number>> = { 'b 10': 3, 'b 9': 8 };
const rows = rowsOf(models, (model, version) => {
  const count = requests[`${model} ${version}`];
  return count === undefined ? null : derive(statsOf(), answered(count), 1, BOUNDS_MS);
});
const named = (some: typeof rows): readonly string[] =>
  some.map(({ model, version }) => `${model.name} ${version?.version ?? '-'}`);

test('every version has a line, and so has a model without any', () => {
  assert.deepEqual(named(rows), ['b 10', 'b 9', 'Cat 1', 'a -']);
});

const orders: [column: Column, isDown: boolean, expected: readonly string[]][] = [
  ['name', false, ['a -', 'b 9', 'b 10', 'Cat 1']],
  ['name', true, ['Cat 1', 'b 9', 'b 10', 'a -']],
  ['memory', true, ['b 9', 'b 10', 'a -', 'Cat 1']],
  ['memory', false, ['b 10', 'b 9', 'a -', 'Cat 1']],
  ['state', false, ['Cat 1', 'b 9', 'b 10', 'a -']],
  ['perSecond', true, ['b 9', 'b 10', 'a -', 'Cat 1']],
  ['device', false, ['b 9', 'b 10', 'a -', 'Cat 1']],
];
for (const [column, isDown, expected] of orders) {
  test(`by ${column}, ${isDown ? 'down' : 'up'}`, () => {
    assert.deepEqual(named(sorted(rows, { column, isDown })), expected);
  });
}

const clicks: [order: Order, column: Column, expected: Order][] = [
  [{ column: 'name', isDown: false }, 'name', { column: 'name', isDown: true }],
  [{ column: 'name', isDown: true }, 'p99', { column: 'p99', isDown: true }],
  [{ column: 'p99', isDown: true }, 'device', { column: 'device', isDown: false }],
];
for (const [order, column, expected] of clicks) {
  test(`${order.column}, and then ${column}`, () => assert.deepEqual(clicked(order, column), expected));
}

const filters: [text: string, count: number][] = [
  ['', 4],
  ['  ', 4],
  ['B', 2],
  ['ca', 1],
  ['dog', 0],
];
for (const [text, count] of filters) {
  test(`'${text}' finds ${count}`, () => assert.equal(filtered(rows, text).length, count));
}

const NO_PLAN: Plan = {
  ...{ can_apply: true, problems: [], load: [], change: [], unload: [], route: [], keep: 3, restart: [] },
};
const step = { model: 'm', version: '1', why: '' };
const plans: [what: string, plan: Partial<Plan>, changes: boolean][] = [
  ['nothing', {}, false],
  ['what needs a new start', { restart: ['host'] }, false],
  ['a load', { load: [step] }, true],
  ['an unload', { unload: [step] }, true],
  ['a change', { change: [step] }, true],
  ['another route', { route: [step] }, true],
  ['a change that cannot be', { can_apply: false, change: [step] }, false],
];
for (const [what, plan, changes] of plans) {
  test(`a plan with ${what} ${changes ? 'can' : 'need not'} be applied`, () => {
    assert.equal(changesAnything({ ...NO_PLAN, ...plan }), changes);
  });
}

const sparks: [values: readonly number[], path: string][] = [
  [[], ''],
  [[5], ''],
  [[0, 0], 'M80 19L100 19'],
  [[0, 4, 2], 'M60 19L80 1L100 10'],
];
for (const [values, path] of sparks) {
  test(`a curve of ${JSON.stringify(values)}`, () => assert.equal(sparkPath(values, 6, 100, 20), path));
}

const durations: [ms: number, text: string][] = [
  [900, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000 * 3 + 60_000 * 12, '3 h 12 min'],
  [86_400_000 * 5 + 3_600_000 * 4, '5 d 4 h'],
];
for (const [ms, text] of durations) {
  test(`${ms} ms are ${text}`, () => assert.equal(durationText(ms), text));
}
