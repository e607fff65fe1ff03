import assert from 'node:assert/strict';
import { CommandFailure } from '#cli/command-failure.js';
import { ConfigError, formatProblem } from '#config/problem.js';
import { ServingError } from '#core/errors.js';

/** A longer one repeats its input, and nobody reads it. In UTF-16 code units. */
const LONGEST_SENTENCE = 2000;

/**
 * What an error says, without what it says it of: numbers and quoted words left out. Two inputs that are refused for the same
 * reason have the same shape.
 */
export function shapeOf(sentence: string): string {
  return sentence
    .replace(/'[^']*'|"(?:[^"\\]|\\.)*"/g, '_')
    .replace(/\d+/g, '#')
    .slice(0, 120);
}

/** The word for an error of the closed list. Throws anything else again: it should not have been thrown at all. */
export function refusalOf(thrown: unknown): string {
  if (thrown instanceof ServingError && thrown.code !== 'INTERNAL') {
    checkSentence(thrown.message);
    return `${thrown.code} ${shapeOf(thrown.message)}`;
  }
  if (thrown instanceof ConfigError) {
    for (const problem of thrown.problems) checkSentence(formatProblem(problem));
    return `ConfigError ${shapeOf(thrown.problems[0]?.message ?? '')}`;
  }
  if (thrown instanceof CommandFailure) {
    for (const line of thrown.lines) checkSentence(line);
    return `CommandFailure ${shapeOf(thrown.lines[0] ?? '')}`;
  }
  throw thrown;
}

const LONE_SURROGATE = /\p{Cs}/u;

/** An error is for somebody who reads it. */
export function checkSentence(sentence: string): void {
  assert.ok(sentence.trim() !== '', 'an error without a sentence');
  assert.ok(sentence.length <= LONGEST_SENTENCE, `an error of ${sentence.length} characters`);
  assert.ok(!LONE_SURROGATE.test(sentence), 'an error with half a character in it');
}
