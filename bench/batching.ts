/** What the batch scheduler gives and costs, beside what could be had. In full it writes docs/benchmarks/batching.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type LatencyAt, measureLatency } from './batching/latency.js';
import { type LowLoad, measureLowLoad } from './batching/low-load.js';
import { type BenchModel, convModel, denseModel, mnistModel } from './batching/models.js';
import { measureOverload, type OverloadAt } from './batching/overload.js';
import { page, type Results } from './batching/page.js';
import {
  type BatchingPlan,
  FULL_PLAN,
  type Layout,
  type LayoutName,
  layoutOf,
  QUICK_PLAN,
} from './batching/plan.js';
import { goodputPlot, latencyPlots } from './batching/plots.js';
import { BATCHING_OFF, DEFAULTS, openBare, openSite, type Site, staticBatch } from './batching/site.js';
import { measureThroughput, staticName, type Throughput } from './batching/throughput.js';
import { measureTwoModels, type TwoModels } from './batching/two-models.js';
import { cpuTicks, startingLoad, stealPercent } from './machine.js';

const FLAGS = ['--quick', '--pinned'];
const WIDTH = 2048;
const DEPTH = 8;
const CONV = { side: 64, depth: 3 };
/** Beside whose runs what is around them is small, so that what is measured is the queue. */
const DEEP = { side: 32, depth: 20, sizes: [1, 2, 4] };

/**
 * @param flags `--quick` for a short run that only prints; `--pinned` puts the whole server on one CPU
 */
export async function batching(flags: readonly string[]): Promise<string> {
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined)
    throw new Error(`batching does not know ${unknown}; it knows ${FLAGS.join(' and ')}`);
  const isQuick = flags.includes('--quick');
  const layoutName: LayoutName = flags.includes('--pinned') ? 'pinned' : 'shared';
  const plan = isQuick ? QUICK_PLAN : FULL_PLAN;
  const startedAt = performance.now();
  const load = startingLoad();
  const ticks = cpuTicks();
  const measured = await measureAll(plan, layoutOf(layoutName));
  const files = { ...latencyPlots(measured.latency), ...goodputPlot(measured.overload) };
  const minutes = (performance.now() - startedAt) / 60_000;
  const steal = stealPercent(ticks, cpuTicks());
  const text = page({
    ...measured,
    setting: [
      `- ${new Date().toISOString().slice(0, 10)}, \`${['npm run bench -- batching', ...flags].join(' ')}\`, ${minutes.toFixed(1)} minutes`,
      ...machine(layoutName),
      `- load average before ${load.toFixed(1)}; ${steal.toFixed(1)} % of the CPU time was stolen by the host`,
    ],
    plots: isQuick ? [] : Object.keys(files),
  });
  if (!isQuick) write({ ...files, 'batching.md': `${text}\n` });
  return text;
}

async function measureAll(plan: BatchingPlan, layout: Layout): Promise<Omit<Results, 'setting' | 'plots'>> {
  const [dense, mnist] = [denseModel(WIDTH, DEPTH), mnistModel()];
  const conv = convModel('conv', CONV.side, CONV.depth);
  const deep = convModel('deep', DEEP.side, DEEP.depth);
  const throughput: Throughput[] = [];
  const lowLoad: LowLoad[] = [];
  const latency: LatencyAt[] = [];
  const overload: OverloadAt[] = [];
  for (const model of [dense, conv, deep, mnist]) {
    console.error(` ${model.name}`);
    const { site, found } = await saturated(
      model,
      layout,
      model === deep ? { ...plan, sizes: DEEP.sizes } : plan,
    );
    throughput.push(found);
    console.error('  low load');
    lowLoad.push(await measureLowLoad(site, found, plan.lowLoad));
    // Of mnist the ideal queue would know a tenth of the time: the rest is spent around the engine.
    if (model === dense || model === deep) latency.push(...(await measureLatency(site, found, plan.latency)));
    if (model === deep) overload.push(...(await measureOverload(site, found, plan.overload)));
    await site.stop();
  }
  return { throughput, lowLoad, latency, overload, twoModels: await lightBesideHeavy(mnist, conv, plan) };
}

/** The server, open for more, and what it does at most. The bare engine is only there meanwhile: it takes memory. */
async function saturated(
  model: BenchModel,
  layout: Layout,
  plan: BatchingPlan,
): Promise<{ readonly site: Site; readonly found: Throughput }> {
  const forms = [
    { served: 'defaults', model, form: DEFAULTS },
    { served: 'off', model, form: BATCHING_OFF },
    ...plan.sizes.map((rows) => ({ served: staticName(rows), model, form: staticBatch(rows) })),
  ];
  const site = await openSite(forms, layout);
  const bare = await openBare(model, layout);
  const found = await measureThroughput(site, bare, model, plan);
  await bare.stop();
  return { site, found };
}

async function lightBesideHeavy(
  light: BenchModel,
  heavy: BenchModel,
  plan: BatchingPlan,
): Promise<TwoModels> {
  const models = [
    { served: 'light', model: light, form: DEFAULTS },
    { served: 'heavy', model: heavy, form: DEFAULTS },
  ];
  const site = await openSite(models, layoutOf('pinned'));
  const result = await measureTwoModels(site, { light, heavy }, plan.twoModels);
  await site.stop();
  return result;
}

function machine(layoutName: LayoutName): string[] {
  const { server, load } = layoutOf(layoutName);
  return [
    `- furiosa-server ${versionOf('../../package.json')}, onnxruntime-node ${versionOf('../../node_modules/onnxruntime-node/package.json')}, Node ${process.version}`,
    `- ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}; the server and the bare engine on CPU ${server}, the load on CPU ${load}`,
  ];
}

function versionOf(file: string): string {
  const { version } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string };
  return version;
}

function write(files: Readonly<Record<string, string>>): void {
  const folder = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}${name}`, text);
}
