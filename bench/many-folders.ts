import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#core/clock.js';
import { scanFolder } from '#repository/scan-folder.js';
import { SCAN_LIMITS } from '#repository/scan-options.js';
import { serverProcess } from '../test/support/command.js';
import { scalarModel, writeModel } from '../test/support/onnx-models.js';
import { residentBytes } from './process.js';
import { temporaryFolder } from './samples.js';
import { median } from './table.js';

const LOADED = 10;
const LOOKS = 50;

/** What a Triton repository of so many models costs that knows them all and has ten of them loaded. */
export async function repositoryOf(count: number): Promise<string> {
  console.error(`  looking at a repository of ${count} models`);
  const [few, root] = [count / 10, count].map(writeRepository);
  const tenth = await scanTimes(few as string);
  const whole = await scanTimes(root as string);
  const loaded = Array.from({ length: LOADED }, (_, i) => `--load-model=m${(i * count) / LOADED}`);
  const from = performance.now();
  const server = await serverProcess([
    `--model-repository=${root}`,
    '--model-control-mode=explicit',
    ...loaded,
  ]);
  try {
    await server.logged(/ are ready/);
    const startMs = performance.now() - from;
    const pid = server.child.pid as number;
    const times: number[] = [];
    for (let i = 0; i < LOOKS; i++) {
      const asked = performance.now();
      const answer = await fetch(`http://127.0.0.1:${server.port}/v2/repository/index`, { method: 'POST' });
      const lines = (await answer.json()) as object[];
      if (lines.length !== count) throw new Error(`the index has ${lines.length} of ${count} models`);
      times.push(performance.now() - asked);
    }
    const ms = ({ first, again }: ScanTimes): string =>
      `${first.toFixed(0)} ms, and again ${again.toFixed(0)} ms`;
    return (
      `A repository of ${count} models: looked at in ${ms(whole)} (a tenth of them: ${ms(tenth)}). With ${LOADED} loaded the ` +
      `server is ready after ${(startMs / 1000).toFixed(1)} s, takes ${(residentBytes(pid) / 2 ** 20).toFixed(0)} MiB, and ` +
      `answers the index in ${median(times).toFixed(1)} ms.`
    );
  } finally {
    server.child.kill('SIGTERM');
    await server.ended;
  }
}

function writeRepository(count: number): string {
  const root = join(temporaryFolder(), `models-${count}`);
  const bytes = scalarModel();
  for (let i = 0; i < count; i++) {
    mkdirSync(join(root, `m${i}`, '1'), { recursive: true });
    writeModel(join(root, `m${i}`, '1'), 'model.onnx', bytes);
    writeFileSync(join(root, `m${i}`, 'config.pbtxt'), 'max_batch_size: 0\n');
  }
  return root;
}

interface ScanTimes {
  readonly first: number;
  /** When nothing has changed since. */
  readonly again: number;
}

async function scanTimes(root: string): Promise<ScanTimes> {
  const options = { ...SCAN_LIMITS, clock: systemClock };
  const from = performance.now();
  const scan = await scanFolder(root, options, null);
  const between = performance.now();
  await scanFolder(root, options, scan);
  return { first: between - from, again: performance.now() - between };
}
