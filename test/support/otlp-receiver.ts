/** A small receiver of OTLP over HTTP, which keeps the spans that it is sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { AtEnd } from './serve.js';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where there is none. */
  readonly parentSpanId: string;
  readonly traceState: string;
  /** 1 is internal, 2 a server. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 0 unset, 2 an error. */
  readonly status: number;
  readonly message: string;
  /** Of the sender. */
  readonly resource: Attributes;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly requests: readonly IncomingHttpHeaders[];
  /** Settles once there are as many spans as `isEnough` wants. */
  until(isEnough: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]>;
  /** From now on every request is answered with this status, and its spans are not kept. */
  refuse(status: number): void;
  close(): void;
}

export async function otlpReceiver(atEnd: AtEnd): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const heard: (() => void)[] = [];
  let refusal: number | null = null;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    requests.push(request.headers);
    if (refusal !== null) {
      response.writeHead(refusal).end();
      return;
    }
    spans.push(...readTraces(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    response.setHeader('content-type', 'application/x-protobuf').end();
    for (const tell of heard.splice(0)) tell();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  atEnd(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    requests,
    refuse(status) {
      refusal = status;
    },
    close,
    async until(isEnough) {
      while (!isEnough(spans)) await new Promise<void>((resolve) => heard.push(resolve));
      return spans;
    },
  };
}

type Fields = ReadonlyMap<number, readonly (Uint8Array | bigint)[]>;

/** The fields of a message: bytes for what has a length, else the number. Source: Protocol Buffers, "Encoding". */
function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Varint) values.push(BigInt(reader.int64()));
    else if (type === WireType.Bit64) values.push(BigInt(reader.fixed64()));
    else values.push(BigInt(reader.fixed32()));
  }
  return fields;
}

const messages = (fields: Fields, field: number): readonly Fields[] =>
  (fields.get(field) ?? []).map((value) => fieldsOf(value as Uint8Array));
const bytesAt = (fields: Fields, field: number): Buffer =>
  Buffer.from((fields.get(field)?.[0] as Uint8Array | undefined) ?? []);
const hexAt = (fields: Fields, field: number): string => bytesAt(fields, field).toString('hex');
const textAt = (fields: Fields, field: number): string => bytesAt(fields, field).toString();
const numberAt = (fields: Fields, field: number): bigint => (fields.get(field)?.[0] as bigint) ?? 0n;

/** Of an encoded ExportTraceServiceRequest. Source: opentelemetry-proto, trace.proto. */
function readTraces(body: Uint8Array): readonly ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((group) => {
    const resource = Object.assign({}, ...messages(group, 1).map((each) => attributesOf(each, 1)));
    return messages(group, 2).flatMap((scope) => messages(scope, 2).map((span) => readSpan(span, resource)));
  });
}

function readSpan(span: Fields, resource: Attributes): ReceivedSpan {
  const [status = fieldsOf(new Uint8Array())] = messages(span, 15);
  return {
    traceId: hexAt(span, 1),
    spanId: hexAt(span, 2),
    traceState: textAt(span, 3),
    parentSpanId: hexAt(span, 4),
    name: textAt(span, 5),
    kind: Number(numberAt(span, 6)),
    startNs: numberAt(span, 7),
    endNs: numberAt(span, 8),
    attributes: attributesOf(span, 9),
    links: messages(span, 13).map((link) => ({ traceId: hexAt(link, 1), spanId: hexAt(link, 2) })),
    message: textAt(status, 2),
    status: Number(numberAt(status, 3)),
    resource,
  };
}

function attributesOf(fields: Fields, field: number): Attributes {
  return Object.fromEntries(
    messages(fields, field).map((pair) => {
      const [value = fieldsOf(new Uint8Array())] = messages(pair, 2);
      if (value.has(1)) return [textAt(pair, 1), textAt(value, 1)];
      return [textAt(pair, 1), value.has(2) ? numberAt(value, 2) === 1n : Number(numberAt(value, 3))];
    }),
  );
}
