import { failed, type ManagedServer } from '#cli/models/managed-server.js';
import type { ModelsContext } from '#cli/models/models-context.js';
import type { ModelProfile } from '#planning/profile.js';
import { worthwhileRows } from '#planning/worthwhile-rows.js';
import { inferRequest } from './infer-request.js';
import { aroundBetween, measure } from './measure.js';
import { lookAtModel, type ModelLook, servedAs } from './model-look.js';

export interface ProfileOptions {
  /** Seconds to put load on the server for; null where what it has done so far is to tell. */
  readonly measureS: number | null;
  /** A file with the request to measure with. */
  readonly request: string | undefined;
}

/** Of fewer runs nothing can be told. */
const LEAST_RUNS = 50;
const BETWEEN_LOOKS_MS = 2000;

/** What a model of a running server costs. Throws a CommandFailure. */
export async function takeProfile(
  server: ManagedServer,
  name: string,
  { measureS, request }: ProfileOptions,
  { clock, pause }: ModelsContext,
): Promise<ModelProfile> {
  const first = await lookAtModel(server, name);
  if (first.instances === 0)
    throw failed(
      server,
      `model '${name}' has no instances of its own; plan for the models that it is made of`,
    );
  if (measureS !== null) {
    const asked = await inferRequest(server, name, request);
    const measured = await measure(server, name, asked, { seconds: measureS, clock });
    const sizes = { requestBytes: asked.body.length, answerBytes: measured.answerBytes };
    return await profileOf(server, name, measured.after, { ...measured, ...sizes });
  }
  const runs = first.runs.reduce((sum, { count }) => sum + count, 0);
  if (runs < LEAST_RUNS)
    throw failed(
      server,
      `model '${name}' has run ${runs === 1 ? 'once' : `${runs} times`} since it was loaded, and ${LEAST_RUNS} runs are the least to learn from; --measure 10 asks it itself`,
    );
  await pause(BETWEEN_LOOKS_MS);
  const second = await lookAtModel(server, name);
  return await profileOf(server, name, second, {
    runs: second.runs,
    aroundMs: aroundBetween(first, second),
    aloneMs: [],
    requestBytes: null,
    answerBytes: null,
  });
}

async function profileOf(
  server: ManagedServer,
  name: string,
  look: ModelLook,
  found: Pick<ModelProfile, 'runs' | 'aroundMs' | 'aloneMs' | 'requestBytes' | 'answerBytes'>,
): Promise<ModelProfile> {
  if (found.runs.length === 0)
    throw failed(
      server,
      `model '${name}' was not run while it was measured; are its answers kept (response_cache)?`,
    );
  const { threads, maxRows } = await servedAs(server, name);
  const { version, instances, memoryBytes, cores, residentBytes, modelsBytes } = look;
  const { runs, aroundMs, aloneMs, requestBytes, answerBytes } = found;
  return {
    ...{ model: name, version, instances, threads, cores },
    ...{ runs, aroundMs, aloneMs, requestBytes, answerBytes },
    mostRows: worthwhileRows(runs, maxRows),
    instanceBytes: memoryBytes === null ? null : memoryBytes / instances,
    processBytes: Math.max(0, residentBytes - modelsBytes),
  };
}
