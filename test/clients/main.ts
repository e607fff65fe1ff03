/**
 * Lets foreign clients talk to the real server. `npm run test:clients` runs all and writes docs/conformance.md;
 * with a word only the clients whose file has it in its name, with a second one only the cases that have it in theirs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../support/places.js';
import { conformancePage } from './conformance-page.js';
import { writeModels } from './models.js';
import { findPerfAnalyzer, type PerfAnalyzer } from './perf-analyzer.js';
import { findPython, makeEnvironment, PYTHONS } from './python.js';
import { type ClientResults, countOf, neverStarted, readResults } from './results.js';
import { type ServedClients, startServer } from './server.js';

/** The files in test/clients, in the order of the page. */
const CLIENTS = [
  'triton_http',
  'triton_http_aio',
  'triton_grpc',
  'triton_grpc_aio',
  'kserve_rest',
  'kserve_grpc',
  'perf_analyzer',
  'reflection',
  'curl',
];
const MS_FOR_A_CLIENT = 15 * 60_000;

const sources = join(repositoryRoot, 'test/clients');
const cache = join(repositoryRoot, '.cache/clients');
const [clientWord = '', caseWord = ''] = process.argv.slice(2);

process.exitCode = await main();

async function main(): Promise<number> {
  if (process.platform === 'win32') return cannotTry('the clients are run on Linux and macOS only');
  const python = findPython();
  if (python === null) return cannotTry(`there is no Python ${PYTHONS} on the path`);
  mkdirSync(cache, { recursive: true });
  const inside = makeEnvironment(python, join(cache, 'venv'), join(sources, 'requirements.txt'));
  const perfAnalyzer = findPerfAnalyzer(inside, join(cache, 'perf-analyzer'));
  const models = mkdtempSync(join(tmpdir(), 'furiosa-clients-'));
  try {
    const server = await startServer(writeModels(models), join(cache, 'server.log'));
    try {
      const wanted = CLIENTS.filter((name) => name.includes(clientWord));
      return report(wanted.map((name) => runClient(name, { inside, server, models, perfAnalyzer })));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(models, { recursive: true, force: true });
  }
}

/** Not to be able to try is no failure on somebody's own machine, and one where the trying is the point. */
function cannotTry(reason: string): number {
  const isCi = Boolean(process.env['CI']);
  const consequence = isCi ? 'which is a failure in CI' : 'and that is no failure outside CI';
  console.error(`test:clients: no client was tried, ${consequence}: ${reason}.`);
  return isCi ? 1 : 0;
}

interface Surroundings {
  /** The Python of the environment. */
  readonly inside: string;
  readonly server: ServedClients;
  /** The folder of the model files. */
  readonly models: string;
  readonly perfAnalyzer: PerfAnalyzer;
}

/** Each client has a process of its own: their generated protobuf code would clash in one. */
function runClient(name: string, { inside, server, models, perfAnalyzer }: Surroundings): ClientResults {
  console.log(`\n${name}`);
  const file = join(cache, `${name}.jsonl`);
  rmSync(file, { force: true });
  const options = {
    http: server.http,
    grpc: server.grpc,
    models,
    samples: join(repositoryRoot, 'samples'),
    results: file,
    word: caseWord,
    'perf-analyzer': perfAnalyzer.path,
    'perf-analyzer-missing': perfAnalyzer.missing,
  };
  const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  spawnSync(inside, [join(sources, 'run.py'), name, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: MS_FOR_A_CLIENT,
    killSignal: 'SIGKILL',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', no_proxy: '*' },
  });
  return existsSync(file) ? readResults(readFileSync(file, 'utf8')) : neverStarted(name);
}

/** Prints what failed and the counts, writes the page when nothing was left out, and answers the exit status. */
function report(results: readonly ClientResults[]): number {
  const failed = results.flatMap(({ client, cases }) =>
    cases
      .filter(({ outcome }) => outcome === 'fail')
      .map(({ name, reason }) => `${client}: ${name}\n    ${reason}`),
  );
  if (failed.length > 0) console.log(`\nFailed:\n\n${failed.join('\n')}`);
  const [passes, skips] = [countOf(results, 'pass'), countOf(results, 'skip')];
  console.log(`\n${passes} passed, ${failed.length} failed, ${skips} skipped`);
  if (passes + failed.length + skips === 0) {
    console.error(`No case matches ${process.argv.slice(2).join(' ')}.`);
    return 1;
  }
  if (clientWord === '') {
    const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    writeFileSync(join(repositoryRoot, 'docs/conformance.md'), conformancePage(version, results));
    console.log('docs/conformance.md: written');
  }
  return failed.length > 0 ? 1 : 0;
}
