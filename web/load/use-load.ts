import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, modelPath, sentenceOf } from '../api.js';
import { fetchWithKey } from '../api-key.js';
import type { Fill } from './elements.js';
import { type LoadProgress, runLoad } from './load-run.js';
import { LOAD_LIMITS, type Plan } from './plan.js';
import { type LoadInput, type RequestBody, requestBody, tensorBytes } from './request-body.js';
import type { StatsAnswer } from './server-view.js';

/** What is sent, and where to. */
export interface Target {
  readonly model: string;
  readonly version: string;
  /** Without free axes. */
  readonly inputs: readonly LoadInput[];
  readonly fill: Fill;
}

export interface Load {
  readonly progress: LoadProgress | null;
  readonly start: (target: Target, plan: Plan) => void;
  readonly stop: () => void;
}

/** So many different requests take turns, where they are not too large: one alone would be answered from a cache where there is one. */
const BODIES = 16;
const BODIES_BYTES = 32 * 2 ** 20;

/** Requests that are still under way so long after the end are given up. */
const GRACE_MS = 10_000;

/** One load test at a time. It ends when the page is left. */
export function useLoad(): Load {
  const [progress, setProgress] = useState<LoadProgress | null>(null);
  const running = useRef<AbortController | null>(null);
  const stop = (): void => running.current?.abort();
  useEffect(() => stop, []);
  const start = (target: Target, plan: Plan): void => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    const path = modelPath(target.model, target.version);
    const timer = setTimeout(stop, plan.steps.length * plan.secondsEach * 1000 + GRACE_MS);
    const done = runLoad(
      plan,
      {
        send: senderOf(`${path}/infer`, bodiesFor(target)),
        stats: async () => {
          const answer = await ask<StatsAnswer>('GET', `${path}/stats`).catch(() => null);
          return answer?.model_stats[0] ?? null;
        },
        nowMs: () => performance.now(),
        tell: (told) => {
          if (running.current === controller) setProgress(told);
        },
      },
      controller.signal,
    );
    void done.finally(() => clearTimeout(timer));
  };
  return { progress, start, stop };
}

function bodiesFor({ inputs, fill }: Target): readonly RequestBody[] {
  const size = Math.max(1, tensorBytes(inputs, fill) ?? 1);
  const count = fill === 'zeros' ? 1 : Math.max(1, Math.min(BODIES, Math.floor(BODIES_BYTES / size)));
  return Array.from({ length: count }, () => requestBody(inputs, fill, Math.random));
}

/** The whole answer is read: before that it has not been given. */
function senderOf(path: string, bodies: readonly RequestBody[]): (signal: AbortSignal) => Promise<void> {
  let turn = 0;
  return async (signal) => {
    const body = bodies[turn++ % bodies.length];
    if (body === undefined) return;
    const response = await fetchWithKey(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(body.headerLength),
      },
      body: body.bytes,
      signal,
    });
    if (response.ok) return void (await response.arrayBuffer());
    throw new Error(sentenceOf(await response.text()) ?? `${response.status} ${response.statusText}`);
  };
}

/** What the form must say no to, or null: a datatype that is not known, or a body that is too large for this. */
export function refusalOf(inputs: readonly LoadInput[], fill: Fill): 'unknownType' | 'tooLarge' | null {
  const size = tensorBytes(inputs, fill);
  if (size === null) return 'unknownType';
  return size > LOAD_LIMITS.bodyBytes ? 'tooLarge' : null;
}
