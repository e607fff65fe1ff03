// npm run test:schemathesis: asks a real server what its OpenAPI document lets one ask, many thousand times, with values
// that Schemathesis (Python) makes up, and holds every answer to the document. Options for Schemathesis go after `--`.
// It needs Python 3.10 or newer; without it, the test is skipped, and fails where CI is set.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, setUp } from './setup.mjs';

/** Fewer requests than this say too little. */
const LEAST_REQUESTS = 20_000;

/**
 * Files of test/schemathesis/: those of one line side by side. The settings come last, because the log may tell of no
 * error after them.
 */
const PASSES = [['served', 'any'], ['settings']];

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
];

const folder = join(root, 'test', 'schemathesis');

process.exitCode = await main();

async function main() {
  setUp();
  const python = findPython();
  if (python === null) return skip('there is no Python 3.10 or newer');
  const schemathesis = installSchemathesis(python);
  if (schemathesis === null) return skip('Schemathesis could not be installed');
  const server = await startServer();
  try {
    let requests = 0;
    let passed = true;
    for (const passes of PASSES) {
      const results = await Promise.all(passes.map((pass) => run(schemathesis, pass, server.port)));
      for (const { status, count } of results) {
        requests += count;
        passed &&= status === 0;
      }
    }
    const { ready } = await (await fetch(`http://127.0.0.1:${server.port}/v2/models/iris/ready`)).json();
    if (!ready) console.error('The server stands, but the model iris is not ready any more.');
    for (const line of server.errors) console.error(`The server logged an error: ${line}`);
    if (requests < LEAST_REQUESTS)
      console.error(`Only ${requests} requests, and ${LEAST_REQUESTS} were wanted.`);
    const isGood = passed && ready && server.errors.length === 0 && requests >= LEAST_REQUESTS;
    console.log(`Schemathesis: ${requests} requests, ${isGood ? 'no fault' : 'FAULTS, see above'}.`);
    return isGood ? 0 : 1;
  } finally {
    await server.stop();
  }
}

function skip(reason) {
  const isWanted = Boolean(process.env.CI);
  console.error(`test:schemathesis ${isWanted ? 'cannot run' : 'was skipped'}: ${reason}.`);
  return isWanted ? 1 : 0;
}

function findPython() {
  const isNew = 'import sys, venv; sys.exit(sys.version_info < (3, 10))';
  return ['python3', 'python'].find((name) => spawnSync(name, ['-c', isNew]).status === 0) ?? null;
}

/** A virtual environment of our own with what the requirements say; answers its command, or null. */
function installSchemathesis(python) {
  const requirements = join(folder, 'requirements.txt');
  const home = join(root, '.cache', 'schemathesis-venv');
  const stamp = join(home, '.furiosa-installed');
  const bin = join(home, process.platform === 'win32' ? 'Scripts' : 'bin');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error('Installing Schemathesis (pip) ...');
    rmSync(home, { recursive: true, force: true });
    const steps = [
      [python, ['-m', 'venv', home]],
      [
        join(bin, 'python'),
        ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      ],
    ];
    for (const [command, args] of steps) {
      if (spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status !== 0) return null;
    }
    writeFileSync(stamp, wanted);
  }
  return join(bin, 'schemathesis');
}

/** The real command with the sample models, once all of them are ready. */
async function startServer() {
  const models = join(root, 'samples', 'model_config_example.yaml');
  const options = [
    '--host',
    '127.0.0.1',
    '--http-port',
    '0',
    '--grpc-port',
    '0',
    '--log-format',
    'json',
    '--allow-client-shm',
  ];
  const command = [join(root, 'bin', 'furiosa.js'), 'server', ...options, '--model-config', models];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const errors = [];
  const port = await new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (text) => {
      const line = JSON.parse(text);
      if (/error|fatal/i.test(line.level)) errors.push(line.message);
      if (/listens on http/.test(line.message)) resolve(line.port);
    });
    void ended.then((status) => reject(new Error(`the server ended with ${status}: ${errors.join('; ')}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for (let turn = 0; turn < 600; turn++) {
    const { ok } = await fetch(`http://127.0.0.1:${port}/v2/health/ready`);
    if (ok) return { port, errors, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error('the sample models were not ready within a minute');
}

/** Runs Schemathesis as one of the files in test/schemathesis/ says; answers its exit status and how much it asked. */
async function run(schemathesis, pass, port) {
  const args = [
    ['--config-file', join(folder, `${pass}.toml`), 'run', `http://127.0.0.1:${port}/openapi.json`],
    ['--checks', CHECKS.join(), '--phases', 'examples,coverage,fuzzing', '--continue-on-failure'],
    ['--workers', '1', '--generation-database', 'none', '--no-color', ...process.argv.slice(2)],
  ].flat();
  // Not in the repository: what fails there is written down beside where it runs.
  const child = spawn(schemathesis, args, {
    cwd: join(root, '.cache'),
    env: { ...process.env, SCHEMATHESIS_HOOKS: join(folder, 'hooks.py') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let count = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(`${pass.padEnd(8)} | ${line}`);
    count = Number(/^\s+(\d+) generated\b/.exec(line)?.[1] ?? count);
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { status, count };
}
