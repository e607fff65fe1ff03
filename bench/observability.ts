/**
 * What looking at the server costs it: CPU per request for a model that costs nothing, with metrics, traces, access lines and
 * dashboards, beside the same server without any of them.
 */
import { get, type IncomingMessage } from 'node:http';
import type { Flags } from '#config/option-values.js';
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import { bootstrap } from './bootstrap.js';
import { intervalWords, verdictOf } from './goals/goal.js';
import type { Ports } from './our-server.js';
import { type Participant, participant } from './process.js';
import { configFile, temporaryFolder } from './samples.js';
import { alternate, type Block, type Measure, overHttp, type Plan } from './side-by-side.js';
import { ratios, spread } from './spread.js';
import { median, table } from './table.js';

const PLAN: Plan = { rounds: 4, blockMs: 2000, warmUpMs: 1500 };
/**
 * How often all servers are started anew. V8 compiles the same code differently from one process to the next, and what that makes
 * stays for as long as the process does: rounds of the same processes cannot show it.
 */
const SERIES = 9;
const SCRAPE_MS = 1000;
const DASHBOARDS = 200;
/** Of a hundred, looking may cost three. */
const MOST = 1.03;

type Served = Participant & { readonly first: Ports };

/** Begins what goes on while a block is measured; answers how to end it. */
type Beside = (port: number) => Promise<() => Promise<void>>;

interface Form {
  readonly label: string;
  readonly flags: Flags;
  readonly beside: Beside;
}

type Blocks = Readonly<Record<string, readonly Block[]>>;

export async function observability(): Promise<string> {
  const model = writeModel(temporaryFolder(), 'tiny.onnx', identityModel('FP32'));
  const config = configFile(model, { device: 'cpu(1)*1' });
  const load = await participant<string>('./load.js');
  const receiver = await participant<number>('./echo-server.js', ['0']);
  const forms = formsOf(`http://127.0.0.1:${receiver.first}/v1/traces`);
  const series: Blocks[] = [];
  while (series.length < SERIES) series.push(await oneSeries(forms, config, load));
  await Promise.all([load, receiver].map((each) => each.stop()));
  return costs(forms, series);
}

async function oneSeries(
  forms: Readonly<Record<string, Form>>,
  config: string,
  load: Participant,
): Promise<Blocks> {
  const servers: Served[] = [];
  const measures: Record<string, Measure> = {};
  for (const [name, { flags, beside }] of Object.entries(forms)) {
    const server = await participant<Ports>('./our-server.js', [config, JSON.stringify(flags)]);
    servers.push(server);
    measures[name] = whileGoesOn(
      beside,
      server.first.rest,
      overHttp(load, server, server.first.rest, REQUEST),
    );
  }
  const blocks = await alternate(measures, PLAN);
  await Promise.all(servers.map((each) => each.stop()));
  return blocks;
}

const REQUEST = {
  headers: { 'Content-Type': 'application/json' },
  body: Buffer.from(
    JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [4], data: [1, 2, 3, 4] }] }),
  ),
  connections: 16,
};

function formsOf(otlpUrl: string): Readonly<Record<'off' | string, Form>> {
  const off: Flags = { allowMetrics: false };
  const traces = { traceConfig: ['mode=opentelemetry,level=TIMESTAMPS', `opentelemetry,url=${otlpUrl}`] };
  const nothing: Beside = async () => async () => {};
  return {
    off: { label: 'nothing on', flags: off, beside: nothing },
    metrics: { label: 'metrics, scraped every second', flags: {}, beside: scraping },
    all: {
      label: 'metrics, scraped; spans of one request in 1000; a line for each error; a dashboard open',
      flags: { ...traces, logRequests: 'errors' },
      beside: both(scraping, dashboards(1)),
    },
    lines: {
      label: 'the same, and a line for every request',
      flags: { ...traces, logRequests: 'all' },
      beside: both(scraping, dashboards(1)),
    },
    dashboards: {
      label: `metrics, and ${DASHBOARDS} dashboards open`,
      flags: {},
      beside: dashboards(DASHBOARDS),
    },
  };
}

function costs(forms: Readonly<Record<string, Form>>, series: readonly Blocks[]): string {
  const rows = Object.entries(forms).map(([name, { label }]) => {
    const all = series.flatMap((blocks) => blocks[name] ?? []);
    const cpu = series.map((blocks) => median(ratios(cpuOf(blocks, name), cpuOf(blocks, 'off'))));
    return [
      label,
      median(all.map((block) => block.perSecond)).toFixed(0),
      median(all.map((block) => block.cpuMicros)).toFixed(1),
      median(all.map((block) => block.p50Ms)).toFixed(2),
      ...(name === 'off'
        ? ['1', '1', '']
        : [intervalWords(cpu), spread(cpu), name === 'all' ? judged(cpu) : '']),
    ];
  });
  const goal = `<= ${MOST}`;
  return table(
    ['participant', 'per second', 'CPU us each', 'p50 ms', 'CPU, it / off', 'in every series', goal],
    rows,
  );
}

function cpuOf(blocks: Blocks, name: string): readonly number[] {
  return (blocks[name] ?? []).map(({ cpuMicros }) => cpuMicros);
}

function judged(cpu: readonly number[]): string {
  const interval = bootstrap(cpu);
  return interval === null ? 'void' : verdictOf(interval, { most: MOST });
}

function whileGoesOn(beside: Beside, port: number, measure: Measure): Measure {
  return async (durationMs) => {
    const end = await beside(port);
    try {
      return await measure(durationMs);
    } finally {
      await end();
    }
  };
}

function both(first: Beside, second: Beside): Beside {
  return async (port) => {
    const ends = [await first(port), await second(port)];
    return async () => void (await Promise.all(ends.map((end) => end())));
  };
}

const scraping: Beside = async (port) => {
  const scrapes: Promise<void>[] = [];
  const timer = setInterval(() => void scrapes.push(scrape(port)), SCRAPE_MS);
  return async () => {
    clearInterval(timer);
    await Promise.all(scrapes);
  };
};

async function scrape(port: number): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (reply.status !== 200) throw new Error(`/metrics answered ${reply.status}`);
  await reply.arrayBuffer();
}

function dashboards(count: number): Beside {
  return async (port) => {
    const leave = await Promise.all(Array.from({ length: count }, () => livePage(port)));
    return async () => {
      for (const each of leave) each();
    };
  };
}

/** What a dashboard reads as long as it is open. Settles once it has seen something, with how to leave. */
function livePage(port: number): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/v2/live' }, (response: IncomingMessage) => {
      response.on('data', () => resolve(() => void request.destroy()));
      // It is torn away when the block is over.
      response.on('error', () => {});
    });
    request.on('error', reject);
  });
}
