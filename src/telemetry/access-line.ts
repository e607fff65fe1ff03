import { clip } from '#core/clip.js';
import type { LogLevel } from '#core/log.js';
import { printable } from '#core/printable.js';
import type { RequestRecord } from '#core/request-record.js';
import { traceIdOf } from './trace-parent.js';

/** More than any id that clients make up by themselves, such as a UUID. */
const MAX_ID_LENGTH = 128;
const MAX_PATH_LENGTH = 200;
const MAX_ERROR_LENGTH = 500;

/** How a request ended: as it should, with an error, or without an answer because its caller had left. */
export type Outcome = 'ok' | 'failed' | 'cancelled';

/** One request as the log tells of it. The keys are those of JSON; of what is null nothing is written. */
export interface AccessLine {
  readonly transport: 'http' | 'grpc';
  /** `POST /v2/models/:model/infer`, or the path of the remote procedure: few different ones, to be counted by. */
  readonly operation: string | null;
  /** The same as the caller wrote it, clipped. */
  readonly request: string;
  /** The HTTP status or the gRPC code. */
  readonly code: number | null;
  readonly outcome: Outcome;
  readonly peer: string | null;
  /** The name of who asked, never the credential. */
  readonly identity: string | null;
  readonly model: string | null;
  readonly version: string | null;
  /** The client's own, clipped. */
  readonly request_id: string | null;
  /** Of a valid `traceparent`. */
  readonly trace_id: string | null;
  readonly request_bytes: number;
  readonly response_bytes: number;
  readonly duration_ms: number;
  readonly queue_ms: number | null;
  readonly input_ms: number | null;
  readonly run_ms: number | null;
  readonly output_ms: number | null;
  /** Rows of the run that it was in, those of other requests among them. */
  readonly batch_rows: number | null;
  /** True where it was answered from kept answers, else null. */
  readonly cached: true | null;
  /** The sentence that the client heard, clipped. */
  readonly error: string | null;
}

/** What the log tells of a request: never a header but the trace's id, never a tensor. */
export function accessLineOf(record: RequestRecord): AccessLine {
  const { transport, operation, asked, code, peer, requestBytes, responseBytes, durationMs, error } = record;
  const { identity, id, model, phases, isCached } = record.facts;
  return {
    transport,
    operation,
    request: shown(asked, MAX_PATH_LENGTH),
    code,
    outcome: outcomeOf(record),
    peer,
    identity: identity === null ? null : shown(identity, MAX_ID_LENGTH),
    model: model?.name ?? null,
    version: model?.version ?? null,
    request_id: id === null || id === '' ? null : shown(id, MAX_ID_LENGTH),
    trace_id: traceIdOf(record.header('traceparent')),
    request_bytes: requestBytes,
    response_bytes: responseBytes,
    duration_ms: rounded(durationMs),
    queue_ms: phases && msOf(phases.queuedNs),
    input_ms: phases && msOf(phases.inputNs),
    run_ms: phases && msOf(phases.runNs),
    output_ms: phases && msOf(phases.outputNs),
    batch_rows: phases?.batchRows ?? null,
    cached: isCached ? true : null,
    error: error === null ? null : shown(error, MAX_ERROR_LENGTH),
  };
}

export function outcomeOf({ transport, code }: Pick<RequestRecord, 'transport' | 'code'>): Outcome {
  if (code === null) return 'cancelled';
  return (transport === 'grpc' ? code === 0 : code < 400) ? 'ok' : 'failed';
}

/** A caller that leaves is nobody's fault, and what it sent wrong is its own; the server's failures stand out. */
export function accessLevel({ transport, code }: Pick<RequestRecord, 'transport' | 'code'>): LogLevel {
  if (code === null) return 'INFO';
  return transport === 'grpc' ? (SERVER_CODES.has(code) ? 'WARN' : 'INFO') : code >= 500 ? 'WARN' : 'INFO';
}

/** UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS: those that HTTP has 5xx for. */
const SERVER_CODES: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/** The caller's own words: neither a terminal nor whoever reads line by line is to obey them. */
function shown(text: string, length: number): string {
  return clip(printable(text), length);
}

function msOf(ns: number): number {
  return rounded(ns / 1e6);
}

/** To the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
