import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { askLabels, type Inference, infer } from './infer.js';
import type { Labels } from './label-texts.js';
import type { ModelFacts } from './model-facts.js';
import { Newest } from './newest.js';
import { scoreRowsOf } from './output-of.js';
import type { Picture } from './picture.js';
import { Problem } from './problem.js';
import { type ParameterText, type Sequence, sequenceParameters } from './sequence.js';
import type { Tensor } from './wire.js';

/** A request that somebody wants to be made. */
export interface Job {
  readonly inputs: readonly Tensor[];
  /** Null for a model that serves no sequences. */
  readonly sequence: Sequence | null;
  readonly seen: Picture | null;
}

/** A request that was made, and what came of it. */
export interface Trial {
  readonly job: Job;
  readonly outcome: Inference | { readonly fault: Problem | string };
  readonly labels: Readonly<Record<string, Labels>>;
}

export interface Trials {
  readonly trial: Trial | null;
  readonly isBusy: boolean;
  /** Whether the last request has been answered: nothing waits. */
  readonly isReady: () => boolean;
  readonly send: (job: Job) => void;
  /** Forgets a request that waits for the one before. */
  readonly drop: () => void;
}

/** Sends one request at a time, always the newest, and learns what the outputs' elements stand for. */
export function useTrials(model: string, version: string | null, facts: ModelFacts): Trials {
  const [trial, setTrial] = useState<Trial | null>(null);
  const [isBusy, setBusy] = useState(false);
  const labels = useRef<Record<string, Labels>>({});
  const abort = useRef<AbortController | null>(null);
  const newest = useRef<Newest<Job> | null>(null);

  const work = async (job: Job): Promise<void> => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    const outcome = await infer(model, version, job.inputs, parametersOf(job), signal).catch(
      (thrown: unknown) => ({
        fault: thrown instanceof Problem ? thrown : thrown instanceof Error ? thrown.message : String(thrown),
      }),
    );
    if (signal.aborted) return;
    if ('answer' in outcome) await learnLabels(model, version, facts, job, outcome, labels.current);
    if (!signal.aborted) setTrial({ job, outcome, labels: labels.current });
  };
  newest.current ??= new Newest(work);

  useEffect(
    () => () => {
      newest.current?.clear();
      abort.current?.abort();
    },
    [],
  );
  const send = useCallback((job: Job): void => {
    setBusy(true);
    void newest.current?.push(job).then(() => setBusy(newest.current?.isBusy ?? false));
  }, []);
  return {
    trial,
    isBusy,
    isReady: () => newest.current?.isBusy !== true,
    send,
    drop: () => newest.current?.clear(),
  };
}

export function parametersOf({ sequence }: Job): readonly ParameterText[] {
  return sequence === null ? [] : sequenceParameters(sequence);
}

/**
 * Once for each output that has labels. What cannot be learned stays without; so does what a sequence answers, which one request more
 * would move on.
 */
async function learnLabels(
  model: string,
  version: string | null,
  { outputs }: ModelFacts,
  { inputs, sequence }: Job,
  { answer }: Inference,
  known: Record<string, Labels>,
): Promise<void> {
  if (sequence !== null) return;
  for (const { name, hasLabels, shape } of outputs) {
    const output = answer.outputs.find((each) => each.name === name);
    if (!hasLabels || output === undefined || Object.hasOwn(known, name)) continue;
    const classes = scoreRowsOf(output.shape, shape)?.classes;
    if (classes === undefined) continue;
    known[name] = await askLabels(model, version, inputs, name, classes).catch(() => []);
  }
}
