import type { RequestRecord } from '#core/request-record.js';
import { placeOf, REQUEST_BOUNDS_SECONDS } from './buckets.js';
import { codeLabel } from './request-codes.js';
import type { Exemplar, Labels, Samples } from './samples.js';
import { sampledTraceId } from './trace-id.js';

/** What is counted of one operation. */
interface OperationCounts {
  /** By code; null for callers that left. */
  readonly byCode: Map<number | null, number>;
  readonly places: number[];
  readonly exemplars: (Exemplar | null)[];
  sumMs: number;
}

interface TransportCounts {
  /** Null for what is no operation of ours: a name that anybody may invent is never a label. */
  readonly operations: Map<string | null, OperationCounts>;
  requestBytes: number;
  responseBytes: number;
}

/** Counts requests as they end. `count` is all that a request pays for metrics. */
export class RequestCounters {
  readonly #http = newTransport();
  readonly #grpc = newTransport();
  readonly #epochMs: () => number;

  /** @param epochMs milliseconds since 1970 */
  constructor(epochMs: () => number) {
    this.#epochMs = epochMs;
  }

  count(record: RequestRecord): void {
    const { transport, operation, code, durationMs } = record;
    const all = transport === 'http' ? this.#http : this.#grpc;
    all.requestBytes += record.requestBytes;
    all.responseBytes += record.responseBytes;
    let counts = all.operations.get(operation);
    if (counts === undefined) {
      counts = newOperation();
      all.operations.set(operation, counts);
    }
    counts.byCode.set(code, (counts.byCode.get(code) ?? 0) + 1);
    const seconds = durationMs / 1000;
    const place = placeOf(seconds, REQUEST_BOUNDS_SECONDS);
    counts.places[place] = (counts.places[place] ?? 0) + 1;
    counts.sumMs += durationMs;
    const traceId = sampledTraceId(record.header('traceparent'));
    if (traceId !== null)
      counts.exemplars[place] = {
        labels: { trace_id: traceId },
        value: seconds,
        atSeconds: this.#epochMs() / 1000,
      };
  }

  addTo(samples: Samples): void {
    for (const transport of ['http', 'grpc'] as const) {
      const all = transport === 'http' ? this.#http : this.#grpc;
      samples.add('furiosa_request_bytes_total', all.requestBytes, { transport });
      samples.add('furiosa_response_bytes_total', all.responseBytes, { transport });
      for (const [operation, counts] of all.operations)
        addOperation(samples, { transport, operation: operation ?? 'unknown' }, counts, (code) =>
          codeLabel(transport, code),
        );
    }
  }
}

function addOperation(
  samples: Samples,
  labels: Labels,
  { byCode, places, exemplars, sumMs }: OperationCounts,
  labelOf: (code: number | null) => string,
): void {
  // A status that was sent and a caller that left can have the same label.
  const byLabel = new Map<string, number>();
  for (const [code, count] of byCode) byLabel.set(labelOf(code), (byLabel.get(labelOf(code)) ?? 0) + count);
  for (const [code, count] of byLabel) samples.add('furiosa_requests_total', count, { ...labels, code });
  const buckets = { bounds: REQUEST_BOUNDS_SECONDS, counts: places, sum: sumMs / 1000, exemplars };
  samples.addHistogram('furiosa_request_duration_seconds', buckets, labels);
}

function newTransport(): TransportCounts {
  return { operations: new Map(), requestBytes: 0, responseBytes: 0 };
}

function newOperation(): OperationCounts {
  const places = REQUEST_BOUNDS_SECONDS.length + 1;
  return {
    byCode: new Map(),
    places: new Array<number>(places).fill(0),
    exemplars: new Array<null>(places).fill(null),
    sumMs: 0,
  };
}
