import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svgIntervals } from '../../bench/svg-intervals.js';

const row = { name: 'a < b & c', low: 0.8, middle: 1, high: 1.25, goal: 1 };

test('a row is drawn with its name, its interval and its goal', () => {
  const svg = svgIntervals('Title', 'times', [row]);
  assert.match(svg, /a &lt; b &amp; c/);
  assert.match(svg, /<line class="span kept"/);
  assert.match(svg, /<line class="goal"/);
});

test('an axis of powers: as far below 1 as above it is as far on the paper', () => {
  const svg = svgIntervals('Title', 'times', [row]);
  const at = (pattern: RegExp): number => Number(pattern.exec(svg)?.[1]);
  const [low, high] = [
    at(/class="span kept" x1="([\d.]+)"/),
    at(/class="span kept" x1="[\d.]+" x2="([\d.]+)"/),
  ];
  const middle = at(/<circle class="kept" cx="([\d.]+)"/);
  assert.ok(Math.abs(high - middle - (middle - low)) < 0.3, `${low} ${middle} ${high}`);
});

test('what misses its goal is drawn as such, and what has none is neither', () => {
  assert.match(svgIntervals('', '', [{ ...row, middle: 0.9 }]), /<circle class="missed"/);
  const { goal: _, ...free } = row;
  assert.match(svgIntervals('', '', [free]), /<circle class="free"/);
});

test('rows without a place on the axis are left out', () => {
  assert.ok(!svgIntervals('', '', [{ ...row, low: 0 }]).includes('<circle'));
});
