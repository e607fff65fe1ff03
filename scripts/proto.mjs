// node scripts/proto.mjs: generates src/protocol/grpc/gen from proto/. Needed only after a change to a .proto file; the
// compiler and its plug-in are fetched by npx, so that no clone has to install them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const COMPILER = '@bufbuild/buf@1.75.0';
const PLUG_IN = '@bufbuild/protoc-gen-es@2.17.0';
const OUT = join('src', 'protocol', 'grpc', 'gen');

const template = {
  version: 'v2',
  plugins: [
    {
      local: 'protoc-gen-es',
      out: OUT,
      opt: ['target=ts', 'import_extension=js', 'erasable_syntax=true'],
    },
  ],
};

rmSync(join(root, OUT), { recursive: true, force: true });
const packages = [COMPILER, PLUG_IN].flatMap((name) => ['--package', name]);
const { status } = spawnSync(
  'npx',
  ['--yes', ...packages, '--', 'buf', 'generate', 'proto', '--template', JSON.stringify(template)],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
);
// The plug-in writes a line for a linter that this repository does not use.
for (const name of readdirSync(join(root, OUT))) {
  const file = join(root, OUT, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace('/* eslint-disable */\n', ''));
}
process.exit(status ?? 1);
