import type { LoadRequest, UnloadRequest } from '#control/load-request.js';
import type { ModelControl } from '#control/model-control.js';
import type { PlanReport } from '#control/plan-report.js';
import type { SourceState } from '#control/source-state.js';
import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import type { LogControl } from '#core/log-settings.js';
import type { Deployment } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { InferenceRequest, ModelRef } from '#inference/request.js';
import type { InferenceResponse } from '#inference/response.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { IndexEntry, ModelManager, ModelOverview } from '#lifecycle/manager.js';
import type { VersionPolicy } from '#lifecycle/version-policy.js';
import type { SharedMemoryRegions } from '#shared-memory/regions.js';
import type { Gate } from './gate.js';
import { infer } from './infer.js';
import { LiveFeed, type LiveListener, type ProcessFacts } from './live-feed.js';
import { readinessOf } from './readiness.js';
import type { TraceChange, TraceSettings } from './trace-settings.js';
import type { Tracing } from './tracing.js';

export type { LoadRequest, UnloadRequest } from '#control/load-request.js';
export type { PlanReport } from '#control/plan-report.js';
export type { SourceState } from '#control/source-state.js';
export type { IndexEntry, ModelOverview } from '#lifecycle/manager.js';
export type { VersionPolicy } from '#lifecycle/version-policy.js';
export type { LiveState } from './live-feed.js';

/** The metrics of the server, as one scrape gets them. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

/** @param accept the media types that are taken, as the header `Accept` has them */
export type ReadMetrics = (accept: string | undefined) => Promise<MetricsText>;

/** Facts about the server itself. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  /** The protocol extensions it serves. */
  readonly extensions: readonly string[];
}

export interface ServingOptions {
  readonly info: ServerInfo;
  /** Ready means that every wanted version is; otherwise that one is. */
  readonly strictReadiness: boolean;
  /** Plain data about the devices, as `furiosa devices --json` prints it. */
  readonly devices: () => Promise<readonly object[]>;
  /** What the process has used until now. */
  readonly process: () => ProcessFacts;
  readonly logControl: LogControl;
  readonly tracing: Tracing;
  /** Rejects where metrics are not to be had here. */
  readonly metrics: ReadMetrics;
  /** Null where clients may not use shared memory. */
  readonly sharedMemory: SharedMemoryRegions | null;
}

/** The server's abilities without any protocol. */
export interface Serving {
  info(): ServerInfo;
  isLive(): boolean;
  isReady(): boolean;
  /** Calls `listener` when `isReady` may have changed. Answers how to call that off. */
  onReadiness(listener: () => void): () => void;
  /** Throws NOT_FOUND. */
  isModelReady(ref: ModelRef): boolean;
  /** Throws NOT_FOUND or UNAVAILABLE. */
  modelMetadata(ref: ModelRef): { readonly metadata: ModelMetadata; readonly versions: readonly string[] };
  /** Throws NOT_FOUND or UNAVAILABLE. */
  modelDeployment(ref: ModelRef): {
    readonly metadata: ModelMetadata;
    readonly deployment: Deployment;
    /** That of the model, whichever version is meant. */
    readonly policy: VersionPolicy;
  };
  /** Rejects with ServingError. */
  infer(request: InferenceRequest, call: Call): Promise<InferenceResponse>;
  /** What the ready versions of every model (null), or those that are named, have done. Throws NOT_FOUND or UNAVAILABLE. */
  statistics(ref: ModelRef | null): readonly ModelStatistics[];
  index(): readonly IndexEntry[];
  /** Every model with all that is known of it. From memory only. */
  models(): readonly ModelOverview[];
  /** The places that models come from, in the order in which they count. From memory only. */
  sources(): readonly SourceState[];
  /** Settles when the model is ready. Rejects with NOT_FOUND, or INVALID_ARGUMENT and the reason. */
  load(name: string, request?: LoadRequest): Promise<void>;
  /** Starts the unloading and does not wait for it. Throws NOT_FOUND. */
  unload(name: string, request: UnloadRequest): void;
  /** What `reload` would do. */
  plan(): Promise<PlanReport>;
  /** Reads the configuration and the sources again and does what they say, all or nothing. Rejects with INVALID_ARGUMENT. */
  reload(): Promise<PlanReport>;
  devices(): Promise<readonly object[]>;
  /**
   * Calls `listener` once a second with all that can be told of the server, until the answered function is called. Costs
   * nothing where nobody listens.
   */
  onLive(listener: LiveListener): () => void;
  /** All metrics. Rejects with UNIMPLEMENTED where there are none, or elsewhere. */
  readonly metrics: ReadMetrics;
  /** What is traced of a model's requests, or of those of all that have no settings of their own (null). Throws NOT_FOUND. */
  traceSettings(model: string | null): TraceSettings;
  /** Throws NOT_FOUND, or INVALID_ARGUMENT where there is nowhere to write traces. */
  changeTraceSettings(model: string | null, change: TraceChange): void;
  /** What of the log is written. */
  readonly logControl: LogControl;
  /** Where tensors may lie beside the request; null where that is not allowed. */
  readonly sharedMemory: SharedMemoryRegions | null;
}

export function createServing(
  models: ModelManager,
  control: ModelControl,
  gate: Gate,
  clock: Clock,
  options: ServingOptions,
): Serving {
  const checkOpen = (): void => {
    if (gate.state !== 'open') throw new ServingError('UNAVAILABLE', 'the server is shutting down');
  };
  /** Throws NOT_FOUND for a model that is not offered. */
  const checkModel = (name: string | null): void => {
    if (name !== null) models.checkKnown(name);
  };
  const areModelsReady = readinessOf(options.strictReadiness);
  const isReady = (): boolean => gate.state === 'open' && control.hasLooked && areModelsReady(models.index());
  const live = new LiveFeed(
    {
      isReady,
      models: () => models.overview(),
      statistics: () => models.statistics(null),
      devices: options.devices,
      process: options.process,
    },
    clock,
  );
  return {
    info: () => options.info,
    isLive: () => true,
    isReady,
    onReadiness(listener) {
      const offs = [models.onChange(listener), gate.onLeave(listener)];
      return () => {
        for (const off of offs) off();
      };
    },
    isModelReady: (ref) => models.isReady(ref) && gate.state === 'open',
    modelMetadata: (ref) => ({
      metadata: models.describe(ref).metadata,
      versions: models.readyVersions(ref.name),
    }),
    modelDeployment: (ref) => models.describe(ref),
    infer: (request, call) => gate.pass(() => infer(models, request, call, options.tracing)),
    statistics: (ref) => models.statistics(ref),
    index: () => models.index(),
    models: () => models.overview(),
    sources: () => control.sources,
    load(name, request) {
      checkOpen();
      return control.load(name, request);
    },
    unload: (name, request) => control.unload(name, request),
    plan: () => control.plan(),
    reload() {
      checkOpen();
      return control.reload();
    },
    devices: options.devices,
    onLive: (listener) => live.listen(listener),
    metrics: options.metrics,
    traceSettings(model) {
      checkModel(model);
      return options.tracing.settings(model);
    },
    changeTraceSettings(model, change) {
      checkModel(model);
      options.tracing.change(model, change);
    },
    logControl: options.logControl,
    sharedMemory: options.sharedMemory,
  };
}
