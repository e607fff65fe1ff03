import { dictionary } from './collections.js';
import { quoted } from './node.js';
import { integer, text } from './scalars.js';
import { type Key, optional } from './schema.js';
import { nonEmpty } from './values.js';

const URL_TYPE = 'a URL such as http://localhost:4318/v1/traces';

const count = integer(1, 1_000_000);

interface SpanKeys {
  readonly url: Key<string | null>;
  readonly resource: Key<Readonly<Record<string, string>> | null>;
  readonly bsp_max_queue_size: Key<number | null>;
  readonly bsp_schedule_delay: Key<number | null>;
  readonly bsp_max_export_batch_size: Key<number | null>;
}

/** What `trace` says of the mode opentelemetry. The names are Triton's. */
export const spanKeys: SpanKeys = {
  url: optional(
    text(URL_TYPE, urlFault),
    'In the mode opentelemetry: where spans are sent, by OTLP over HTTP. Without one, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT.',
    'http://localhost:4318/v1/traces',
  ),
  resource: optional(
    dictionary(nonEmpty),
    'What spans say of this server, for instance service.name. It wins over OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.',
  ),
  bsp_max_queue_size: optional(count, 'Spans that may wait to be sent; more are dropped.', '2048'),
  bsp_schedule_delay: optional(
    integer(1, 600_000),
    'Milliseconds that spans wait to be sent with others.',
    '5000',
  ),
  bsp_max_export_batch_size: optional(count, 'Spans that are sent together at most.', '512'),
};

function urlFault(written: string): string | null {
  const isUrl = URL.canParse(written) && /^https?:$/.test(new URL(written).protocol);
  return isUrl ? null : `expected ${URL_TYPE}, found ${quoted(written)}`;
}
