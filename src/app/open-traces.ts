import type { Settings } from '#config/settings.js';
import type { Clock } from '#core/clock.js';
import type { TraceSinks } from '#serving/tracing.js';
import { TraceFile } from '#tracing/trace-file.js';

/** Where traces go, while the server runs. */
export interface Traces extends TraceSinks {
  /** Writes or sends what is left. Never rejects. */
  close(): Promise<void>;
}

const NOWHERE: Traces = { file: null, spans: null, close: async () => {} };

/** What spans need is loaded only where spans are asked for. Rejects with UNAVAILABLE where it is not installed. */
export async function openTraces({ trace, server }: Settings, clock: Clock): Promise<Traces> {
  if (trace.spans !== null) {
    const { openSpanSender } = await import('#tracing/otel/open-span-sender.js');
    const spans = await openSpanSender(trace.spans, server, clock);
    return { file: null, spans, close: () => spans.close() };
  }
  if (trace.file === '') return NOWHERE;
  const file = new TraceFile(trace.file, clock);
  return { file, spans: null, close: () => file.close() };
}
