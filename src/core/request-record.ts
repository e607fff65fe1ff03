import { type Channel, channel } from 'node:diagnostics_channel';

/** What is found out of a request on its way in. Whoever knows it writes it down; whoever tells of the request reads it. */
export interface RequestFacts {
  /** The name of who asks, never the credential; null for nobody known. */
  identity: string | null;
  /** The client's own. */
  id: string | null;
  model: { readonly name: string; readonly version: string } | null;
  /** Nanoseconds of each phase, and the rows of the run that it was in; null where it was not run. */
  phases: RequestPhases | null;
  /** Whether it was answered from kept answers. */
  isCached: boolean;
}

export interface RequestPhases {
  readonly queuedNs: number;
  readonly inputNs: number;
  readonly runNs: number;
  readonly outputNs: number;
  readonly batchRows: number;
}

/** One request that is over: what came in, and what came of it. */
export interface RequestRecord {
  readonly transport: 'http' | 'grpc';
  /** `POST /v2/models/:model/infer`, or the path of the remote procedure; null where there is none such. */
  readonly operation: string | null;
  /** The same as the caller wrote it, without a query: `POST /v2/models/mnist/infer`. It may be long, and hold anything. */
  readonly asked: string;
  /** The address at the other end of the connection, without its port; null where it was gone already. */
  readonly peer: string | null;
  /** The HTTP status or the gRPC code; null where the caller left before there was one. */
  readonly code: number | null;
  /** From when its head was read until the answer was sent, or the caller was gone. */
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Why it failed, as the client heard it; null where it did not. */
  readonly error: string | null;
  readonly facts: RequestFacts;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
}

/** Where requests are told of once they are over. Costs one check where nobody listens. */
export const requestChannel: ReturnType<typeof channel> = channel('furiosa-server.request');

/**
 * Where the requests of a stream are told of, one by one, each once its answer was made. The stream itself is one call, and told
 * of on `requestChannel` when it is over.
 */
export const streamedRequestChannel: ReturnType<typeof channel> = channel('furiosa-server.streamed-request');

/** Undefined where nobody would hear of it. */
export function newFacts(heardOn: Channel = requestChannel): RequestFacts | undefined {
  return heardOn.hasSubscribers
    ? { identity: null, id: null, model: null, phases: null, isCached: false }
    : undefined;
}
