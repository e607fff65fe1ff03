import fc from 'fast-check';
import { oneOf, type Random, randomOf } from '../support/random.js';
import { mutate } from './mutate.js';
import { refusalOf } from './outcome.js';
import { seedsOf } from './seed-files.js';
import { type FuzzTarget, utf8 } from './target.js';

/** An input that something is wrong with: the input, or rather what reads it. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** Which input of this seed it was, from 1. */
  readonly index: number;
  readonly input: Uint8Array;
  readonly thrown: unknown;
}

const USUAL_MAX_BYTES = 4096;
/** Beyond that, an input with a new outcome takes the place of an old one. */
const MAX_KEPT = 2000;
/** Sentences that repeat their input make endless ones: beyond so many, new ones are nothing new. */
const MAX_OUTCOMES = 20_000;
/** How many inputs are made of the format's structure at a time. */
const MADE_AT_A_TIME = 256;

/**
 * Makes one input after another for one target, and looks at what comes of them. The same seed makes the same inputs.
 * What guides it is behaviour, not coverage: an input with an outcome that is new (what it was taken for, or the sentence that it was
 * refused with, without names and numbers) is kept and made others of, and so is a shorter one with an old outcome.
 */
export class Fuzzer {
  readonly target: FuzzTarget;
  readonly seed: number;
  readonly #random: Random;
  readonly #words: readonly Uint8Array[];
  readonly #kept: Uint8Array[];
  /** Where the input of an outcome stands among those kept. */
  readonly #placeOf = new Map<string, number>();
  readonly #waiting: Uint8Array[];
  #made: Uint8Array[] = [];
  #madeTimes = 0;
  inputs = 0;
  slowestMs = 0;
  slowest: Uint8Array = new Uint8Array();
  /** Called with each input before it is run. */
  onInput: (input: Uint8Array) => void = () => {};

  constructor(target: FuzzTarget, seed: number) {
    this.target = target;
    this.seed = seed;
    this.#random = randomOf(seed);
    this.#words = target.words.map(utf8);
    this.#kept = [...target.seeds(), ...seedsOf(target.name)];
    this.#waiting = [...this.#kept];
  }

  /** How many outcomes have been seen. */
  get outcomes(): number {
    return this.#placeOf.size;
  }

  get kept(): number {
    return this.#kept.length;
  }

  /** Runs so many inputs. The first finding ends it. */
  async run(count: number): Promise<Finding | null> {
    for (let left = count; left > 0; left--) {
      const input = this.#waiting.shift() ?? this.#next();
      this.inputs++;
      this.onInput(input);
      const began = performance.now();
      try {
        // A copy: what reads an input may keep it, or give it away.
        const outcome = outcomeOf(this.target, input.slice());
        this.#learn(input, typeof outcome === 'string' ? outcome : await outcome);
      } catch (thrown) {
        const { target, seed, inputs: index } = this;
        return { target: target.name, seed, index, input, thrown };
      }
      const tookMs = performance.now() - began;
      if (tookMs > this.slowestMs) [this.slowestMs, this.slowest] = [tookMs, input];
    }
    return null;
  }

  #next(): Uint8Array {
    const { made, maxBytes = USUAL_MAX_BYTES } = this.target;
    if (made !== undefined && this.#random(8) === 0) return this.#oneMade(made);
    const material = {
      random: this.#random,
      other: oneOf(this.#random, this.#kept),
      words: this.#words,
      maxBytes,
    };
    return mutate(oneOf(this.#random, this.#kept), material);
  }

  #oneMade(arbitrary: fc.Arbitrary<Uint8Array>): Uint8Array {
    const next = this.#made.pop();
    if (next !== undefined) return next;
    const seed = (this.seed + this.#madeTimes++) | 0;
    this.#made = fc.sample(arbitrary, { numRuns: MADE_AT_A_TIME, seed });
    return this.#made.pop() ?? new Uint8Array();
  }

  #learn(input: Uint8Array, outcome: string): void {
    const place = this.#placeOf.get(outcome);
    if (place === undefined) {
      if (this.#placeOf.size === MAX_OUTCOMES) return;
      const free = this.#kept.length < MAX_KEPT ? this.#kept.length : this.#random(MAX_KEPT);
      this.#placeOf.set(outcome, free);
      this.#kept[free] = input;
    } else if (input.length < (this.#kept[place]?.length ?? 0) && this.#random(4) === 0) {
      this.#kept[place] = input;
    }
  }
}

/** What came of an input, in a word; throws where that should not have come of it. */
export function outcomeOf(target: FuzzTarget, input: Uint8Array): string | Promise<string> {
  try {
    const outcome = target.run(input);
    return typeof outcome === 'string' ? `ok ${outcome}` : outcome.then((word) => `ok ${word}`, refusalOf);
  } catch (thrown) {
    return refusalOf(thrown);
  }
}
