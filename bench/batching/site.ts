/** A server that has one model in several forms, and what asks it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BareBatchOrder, BareBatchResult } from '../bare-batches.js';
import type { EngineRun } from '../engine-pace.js';
import { type OpenLoadDone, type OpenLoadOrder, readSamples, type Sample } from '../open-load-order.js';
import type { Ports } from '../our-server.js';
import { cpuMicros, type Participant, participant } from '../process.js';
import { type RestRequest, restAnswer, restRequest } from '../requests.js';
import type { NoteOrder } from '../run-notes.js';
import { type BatchRuns, type RunTime, rowMsBetween, runTimesBetween } from '../run-times.js';
import { configFileOfEntries, type ModelEntry, temporaryFile, temporaryFolder } from '../samples.js';
import { httpBytes, type Measure, overHttp } from '../side-by-side.js';
import { type BenchModel, oneRow } from './models.js';
import { DEVICE, INSTANCES, type Layout } from './plan.js';

/** Further keys of the model's configuration. */
export type Form = Readonly<Record<string, unknown>>;

/** A static batch waits until it is full; longer than any load here takes to fill it. */
const STATIC_DELAY_US = 200_000;
/** More than any load here has under way, and fewer than the system lets a process open. */
const MOST_CONNECTIONS = 512;
const LEAD_IN_MS = 250;

export const DEFAULTS: Form = {};
export const BATCHING_OFF: Form = { dynamic_batching: false };

export function staticBatch(rows: number): Form {
  const dynamic_batching = { preferred_batch_size: [rows], max_queue_delay_microseconds: STATIC_DELAY_US };
  return { max_batch_size: rows, dynamic_batching };
}

/** What an open-loop load saw, and what it cost. */
export interface OpenBlock {
  readonly samples: readonly Sample[];
  /** Each run that answered, its end counted from the first moment of the samples. */
  readonly runs: readonly EngineRun[];
  /** Of the engine during the load, by the rows of a run. */
  readonly runTimes: readonly RunTime[];
  /** Of the engine's time, for a row. */
  readonly rowMs: number;
  /** For each request. */
  readonly serverCpuMicros: number;
  readonly loadCpuMicros: number;
}

export interface OpenLoad {
  /** The model as the server calls it. */
  readonly served: string;
  readonly model: BenchModel;
  readonly arrivals: Float64Array;
  /** The parameter `timeout`. */
  readonly timeoutUs?: number;
  readonly connections?: number;
}

export class Site {
  readonly server: Participant & { readonly first: Ports };
  readonly #closedLoad: Participant;
  readonly #openLoad: Participant;
  #inOrder = 0;

  constructor(
    server: Participant & { readonly first: Ports },
    closedLoad: Participant,
    openLoad: Participant,
  ) {
    this.server = server;
    this.#closedLoad = closedLoad;
    this.#openLoad = openLoad;
  }

  /** As many requests as there are connections are always under way. */
  closed(served: string, model: BenchModel, connections: number): Measure {
    const request = { ...requestOf(served, model), connections, leadInMs: LEAD_IN_MS };
    return overHttp(this.#closedLoad, this.server, this.server.first.rest, request);
  }

  /** The most that a closed loop gets, and what a row takes of the engine's time meanwhile. */
  async peak(
    served: string,
    model: BenchModel,
    connections: number,
    forMs: number,
  ): Promise<{ readonly perSecond: number; readonly rowMs: number }> {
    const before = await this.#runs(served);
    const { perSecond } = await this.closed(served, model, connections)(forMs);
    return { perSecond, rowMs: rowMsBetween(before, await this.#runs(served)) };
  }

  /** Requests come when they come. */
  async open({ served, model, arrivals, timeoutUs, connections }: OpenLoad): Promise<OpenBlock> {
    const parameters = timeoutUs === undefined ? undefined : { timeout: timeoutUs };
    const order: OpenLoadOrder = {
      port: this.server.first.rest,
      requestFile: temporaryFile('request', httpBytes(requestOf(served, model, parameters))),
      arrivalsFile: temporaryFile('arrivals', new Uint8Array(arrivals.slice().buffer)),
      connections: connections ?? MOST_CONNECTIONS,
      samplesFile: join(temporaryFolder(), `samples-${this.#inOrder++}`),
    };
    const before = [cpuMicros(this.server.pid), cpuMicros(this.#openLoad.pid)] as const;
    const runsBefore = await this.#runs(served);
    await this.#note('note');
    const { startsAt } = await this.#openLoad.ask<OpenLoadDone>(order);
    const runs = await this.#note('tell');
    const runsAfter = await this.#runs(served);
    const runTimes = runTimesBetween(runsBefore, runsAfter);
    const rowMs = rowMsBetween(runsBefore, runsAfter);
    const bytes = readFileSync(order.samplesFile);
    const doubles = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return {
      samples: readSamples(doubles),
      runs: runs.map((run) => ({ ...run, endedAt: run.endedAt - startsAt })),
      runTimes,
      rowMs,
      serverCpuMicros: (cpuMicros(this.server.pid) - before[0]) / arrivals.length,
      loadCpuMicros: (cpuMicros(this.#openLoad.pid) - before[1]) / arrivals.length,
    };
  }

  #note(runs: NoteOrder['runs']): Promise<readonly EngineRun[]> {
    return this.server.ask<readonly EngineRun[]>({ runs });
  }

  async #runs(served: string): Promise<readonly BatchRuns[]> {
    const answer = await fetch(`http://127.0.0.1:${this.server.first.rest}/v2/models/${served}/stats`);
    const { model_stats: models } = (await answer.json()) as { model_stats: { batch_stats: BatchRuns[] }[] };
    return models[0]?.batch_stats ?? [];
  }

  async stop(): Promise<void> {
    await Promise.all([this.server, this.#closedLoad, this.#openLoad].map((each) => each.stop()));
  }
}

/** Starts all of it. Every form of every model has answered once, with success, when this settles. */
export async function openSite(
  models: readonly { readonly served: string; readonly model: BenchModel; readonly form: Form }[],
  layout: Layout,
): Promise<Site> {
  const entries = models.map(
    ({ served, model, form }): ModelEntry => ({ name: served, model: model.path, device: DEVICE, ...form }),
  );
  const server = await participant<Ports>('./our-server.js', [configFileOfEntries(entries)], layout.server);
  const closedLoad = await participant<string>('./load.js', [], layout.load);
  const openLoad = await participant<string>('./open-load.js', [], layout.load);
  for (const { served, model } of models) await restAnswer(server.first.rest, requestOf(served, model));
  return new Site(server, closedLoad, openLoad);
}

export type Bare = Participant & { readonly runs: (order: BareBatchOrder) => Promise<BareBatchResult> };

/** The bare engine, with as many instances as the server has, on the CPUs of the server. */
export async function openBare(model: BenchModel, layout: Layout): Promise<Bare> {
  const args = [model.path, JSON.stringify(model.rowShape), String(INSTANCES)];
  const bare = await participant<string>('./bare-batches.js', args, layout.server);
  return { ...bare, runs: (order) => bare.ask<BareBatchResult>(order) };
}

function requestOf(
  served: string,
  model: BenchModel,
  parameters: Readonly<Record<string, number>> = {},
): RestRequest {
  const shape = [1, ...model.rowShape];
  return restRequest({ model: served, datatype: 'FP32', shape, data: oneRow(model), parameters });
}
