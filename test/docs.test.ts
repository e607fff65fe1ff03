import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spellingsOf } from '#cli/command-option.js';
import { FURIOSA } from '#cli/program.js';
import { COMPILER_KEYS } from '#config/compiler-keys.js';
import {
  describeAuthKeys,
  describeModelKeys,
  describeOptions,
  describeServerKeys,
} from '#config/describe.js';
import { OPTIONS } from '#config/flags.js';
import { loadSettings } from '#config/load.js';
import type { Flags } from '#config/option-values.js';
import type { Settings } from '#config/settings.js';
import { ERROR_CODES } from '#core/errors.js';
import { grpcSkin } from '#protocol/grpc/skin.js';
import { GRPC_STATUS } from '#protocol/grpc/status.js';
import { HTTP_STATUS } from '#protocol/rest/http-status.js';
import { restSkin } from '#protocol/rest/skin.js';
import type { Serving } from '#serving/serving.js';
import { describeMetrics } from '#telemetry/metrics/describe.js';
import { dashboardRoutes } from '#web/dashboard.js';
import { docsRoutes } from '#web/docs.js';
import { answeringServer } from './support/answering-server.js';
import { runCommand } from './support/command-run.js';
import { eventually } from './support/eventually.js';
import { type CodeBlock, markedPart, type Page, readPage } from './support/markdown.js';
import { greyModel } from './support/onnx-models.js';
import { startTestServer, type TestServer } from './support/server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages: ReadonlyMap<string, Page> = new Map(
  [
    ...markdownIn('.'),
    ...markdownIn('docs'),
    ...markdownIn('docs/adr'),
    ...markdownIn('samples', true),
    ...markdownIn('deploy', true),
  ].map((path) => [path, readPage(readFileSync(join(root, path), 'utf8'))]),
);

const commandOptions: ReadonlySet<string> = new Set(
  FURIOSA.commands
    .flatMap((command) => [command, ...(command.commands ?? [])])
    .flatMap(({ options }) => options.flatMap(spellingsOf)),
);

const scratch = mkdtempSync(join(tmpdir(), 'furiosa-docs-'));
after(() => rmSync(scratch, { recursive: true }));

const generated: [section: string, describe: () => string][] = [
  ['options', describeOptions],
  ['model-keys', describeModelKeys],
  ['server-keys', describeServerKeys],
];
for (const [section, describe] of generated) {
  test(`docs/configuration.md has the ${section} as the code tells them`, () => {
    const part = markedPart(page('docs/configuration.md'), section);
    assert.equal(part?.trim(), describe().trim(), 'out of date: run npm run docs');
  });
}

test('docs/auth.md has the keys of its file as the code tells them', () => {
  const part = markedPart(page('docs/auth.md'), 'auth-keys');
  assert.equal(part?.trim(), describeAuthKeys().trim(), 'out of date: run npm run docs');
});

test('docs/metrics.md has every metric as the catalogue tells it', () => {
  const part = markedPart(page('docs/metrics.md'), 'metrics');
  assert.equal(part?.trim(), describeMetrics().trim(), 'out of date: run npm run docs');
});

test('docs/errors.md lists every error code once, in order, with its HTTP and gRPC status', () => {
  const rows = [...page('docs/errors.md').prose.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (\d+) /gm)];
  const listed = rows.map(([, code, http, grpc]) => `${code} ${http} ${grpc}`);
  assert.deepEqual(
    listed,
    ERROR_CODES.map((code) => `${code} ${HTTP_STATUS[code]} ${GRPC_STATUS[code]}`),
    'out of date: run npm run docs',
  );
});

test('docs/rest.md has a heading for every route, and for no other', () => {
  const routes = [...restSkin({} as Serving).routes, ...docsRoutes(), ...dashboardRoutes()];
  const served = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const headings = page('docs/rest.md').headings.filter((heading) => /^`(GET|POST) /.test(heading));
  // A heading may name both forms of a model route: `GET /v2/models/{model}[/versions/{version}]`.
  const documented = headings.flatMap((heading) => {
    const route = heading.replaceAll('`', '');
    return route.includes('[') ? [route.replace(/\[.*?\]/, ''), route.replace(/\[(.*?)\]/, '$1')] : [route];
  });
  assert.deepEqual(documented.sort(), served.sort());
});

test('docs/grpc.md names every method, and no other', () => {
  const { methods } = grpcSkin({} as Serving);
  const rows = [...page('docs/grpc.md').prose.matchAll(/^\| `([\w.]+)` \| ([^|]+) \|/gm)];
  const documented = rows.flatMap(([, service, names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `/${service}/${name}`),
  );
  assert.deepEqual(documented.sort(), methods.map(({ path }) => path).sort());
});

test('docs/engines.md names every key of compiler_config that is known', () => {
  const missing = COMPILER_KEYS.filter((key) => !page('docs/engines.md').prose.includes(`\`${key}\``));
  assert.deepEqual(missing, []);
});

test('the pages show no command line that the command refuses', () => {
  for (const [path, { text }] of pages) {
    for (const [line] of text.matchAll(
      /\bfuriosa (?:server|models|top|plan|devices|inspect) (?:[^\n`]|\\\n)*/g,
    )) {
      for (const [flag] of line.matchAll(/(?<= )--[a-z0-9-]+/g)) {
        assert.ok(commandOptions.has(flag), `${path}: there is no option ${flag} in: ${line}`);
      }
    }
  }
});

test('docs/configuration.md says which options of its table the command does not take', () => {
  const refused = OPTIONS.map(({ flag }) => flag).filter((flag) => !commandOptions.has(flag));
  const [said = ''] = /The command does not take .*?:/s.exec(page('docs/configuration.md').prose) ?? [];
  assert.deepEqual(said.match(/--[a-z-]+/g) ?? [], refused);
});

test('ARCHITECTURE.md has a heading for every room, and for no other', () => {
  const rooms = Object.keys(JSON.parse(readFileSync(join(root, 'rooms.json'), 'utf8')));
  const section =
    page('ARCHITECTURE.md')
      .text.split(/^## Rooms$/m)[1]
      ?.split(/^## /m)[0] ?? '';
  const headings = [...section.matchAll(/^### (.+)$/gm)].map(([, room]) => room);
  assert.deepEqual(headings.sort(), rooms.filter((room) => !room.includes('/')).sort());
});

for (const [path, { text, links, blocks }] of pages) {
  test(`${path}: every link leads somewhere`, () => {
    for (const link of links) assert.equal(whyDead(path, link), null);
  });

  test(`${path}: every file of the repository that it names exists`, () => {
    const named = text.matchAll(
      /(?<![\w/.-])(?:src|test|bench|docs|deploy|samples|scripts|bin)\/[\w./-]*\w/g,
    );
    for (const [file] of named) assert.ok(existsSync(join(root, file)), `there is no ${file}`);
  });

  const json = blocks.filter(({ language }) => language === 'json');
  if (json.length > 0) {
    test(`${path}: its JSON is JSON`, () => {
      for (const { code } of json) JSON.parse(code);
    });
  }

  const yaml = blocks.filter(({ language }) => language === 'yaml');
  if (yaml.length > 0) {
    test(`${path}: its YAML is a configuration without a fault`, () => {
      for (const block of yaml) assert.deepEqual(settingsOf(block).warnings, []);
    });
  }
}

test('README.md: its configuration and request give the answer that it shows', async () => {
  const { blocks } = page('README.md');
  const yaml = blocks.find(({ language }) => language === 'yaml');
  const answer = blocks.find(({ language }) => language === 'json');
  const request = /curl .*?-d @(\S+)\s+\S*?(\/v2\/\S+)/s.exec(page('README.md').text.replaceAll('\\\n', ' '));
  assert.ok(yaml && answer && request, 'README.md lacks its configuration, answer or request');
  const [, file = '', path = ''] = request;
  const settings = settingsOf(yaml);
  const server = await startTestServer({
    ...settings,
    rest: { ...settings.rest, host: '127.0.0.1', port: 0 },
    grpc: null,
  });
  try {
    await server.server.modelsSettled;
    const reply = await server.post(path, readFileSync(join(root, file)));
    assert.equal(reply.text, answer.code.trim());
  } finally {
    await server.stop();
  }
});

test('docs/ensembles.md: its configuration and request give the answer that it shows', async (t) => {
  const { blocks, text } = page('docs/ensembles.md');
  const yaml = blocks.find(({ language }) => language === 'yaml');
  const shown = blocks.find(({ language }) => language === 'json');
  const request = /curl -d @(\S+) http:\/\/localhost:8080(\/\S+)/.exec(text);
  assert.ok(yaml && shown && request, 'docs/ensembles.md lacks its configuration, answer or request');
  const settings = settingsOf(yaml);
  const server = await startTestServer({
    ...settings,
    rest: { ...settings.rest, host: '127.0.0.1', port: 0 },
    grpc: null,
  });
  t.after(() => server.stop());
  await server.server.modelsSettled;
  const [, file = '', path = ''] = request;
  const { json } = await server.post(path, readFileSync(join(root, file)));
  // Another processor may round the last digits differently.
  const near = (answer: { outputs: { data: number[] }[] }): unknown => ({
    ...answer,
    outputs: answer.outputs.map((output) => ({
      ...output,
      data: output.data.map((value) => value.toFixed(4)),
    })),
  });
  assert.deepEqual(near(json), near(JSON.parse(shown.code)));
});

test('docs/models-command.md: its JSON is printed as the table and the JSON that it shows', async (t) => {
  const { blocks, text } = page('docs/models-command.md');
  const json = blocks.find(({ language }) => language === 'json');
  const [, shown] = /^\$ furiosa models\n(MODEL .*?)```/ms.exec(text) ?? [];
  assert.ok(json && shown, 'docs/models-command.md lacks its JSON or its table');
  const answer: unknown = JSON.parse(json.code);
  const { url } = await answeringServer(t, { 'GET /v2/repository/models': { json: answer } });
  assert.equal((await runCommand(['models', '--url', url])).out, shown);
  assert.deepEqual(JSON.parse((await runCommand(['models', '--json', '--url', url])).out), answer);
});

test('docs/versions.md: its commands print what it shows, each for the configuration before it', async (t) => {
  const { blocks } = page('docs/versions.md');
  const begin = blocks.findIndex(({ language }) => language === 'sh') - 1;
  let server: TestServer | null = null;
  t.after(() => server?.stop());
  let ran = 0;
  for (const [at, block] of blocks.entries()) {
    if (at < begin) continue;
    if (block.language === 'yaml') {
      await server?.stop();
      const settings = settingsOf(block);
      const rest = { ...settings.rest, host: '127.0.0.1', port: 0 };
      server = await startTestServer({ ...settings, rest, grpc: null });
      await server.server.modelsSettled;
    }
    if (block.language !== 'sh') continue;
    assert.ok(server, 'a command before any configuration');
    const command = block.code.replaceAll('localhost:8080', `127.0.0.1:${server.port}`);
    await shadowIsDone(server);
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: root });
    assert.equal(stdout.trimEnd(), blocks[at + 1]?.code.trimEnd(), block.code);
    ran++;
  }
  assert.equal(ran, 4);
});

/** The last copies may still be on their way when the answers are there. */
async function shadowIsDone(server: TestServer): Promise<void> {
  await eventually(
    async () => (await server.get('/v2/models/iris/stats')).json.model_stats,
    (stats) => stats.every(({ shadow_stats: { sent, equal } = { sent: 0, equal: 0 } }) => sent === equal),
  );
}

test('samples/data/grey.onnx is the model that the tests write', () => {
  assert.deepEqual(new Uint8Array(readFileSync(join(root, 'samples/data/grey.onnx'))), greyModel());
});

function page(path: string): Page {
  const found = pages.get(path);
  assert.ok(found, `there is no ${path}`);
  return found;
}

function markdownIn(folder: string, recursive = false): readonly string[] {
  return readdirSync(join(root, folder), { recursive })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith('.md'));
}

/** Why a link leads nowhere, or null. Links to other hosts are believed. */
function whyDead(from: string, link: string): string | null {
  if (/^[a-z]+:/.test(link)) return null;
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : relative(root, resolve(root, dirname(from), file));
  if (!existsSync(join(root, path))) return `${link}: there is no ${path}`;
  if (anchor === undefined || page(path).anchors.has(anchor)) return null;
  return `${link}: ${path} has no heading #${anchor}`;
}

/** What the server would be started with: a model list as it is, a server file with the samples. */
function settingsOf({ code }: CodeBlock): Settings {
  const path = join(scratch, 'config.yaml');
  writeFileSync(path, code);
  if (/^roles:/m.test(code))
    return readSettingsOf({ authConfig: path, modelConfig: 'samples/model_config_example.yaml' });
  const isModelList = /^model_config_list:/m.test(code);
  const flags = isModelList
    ? { modelConfig: path }
    : { serverConfig: path, modelConfig: 'samples/model_config_example.yaml' };
  return readSettingsOf(flags);
}

function readSettingsOf(flags: Flags): Settings {
  return loadSettings({ flags, env: {}, cwd: root, hostHasNpu: false, productVersion: '0.0.0' });
}
