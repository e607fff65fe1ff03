import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import { ServingError } from '#core/errors.js';
import type { Bindings } from './bindings.js';
import { Chatter } from './chatter.js';
import { reasonOf } from './reason.js';

/** What is used of it; neither the language's library nor Node's types have it. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(module: WasmModule, imports: object): Promise<WasmInstance>;
};
interface WasmModule {
  readonly kind: 'compiled';
}
interface WasmInstance {
  readonly exports: object;
}

const require = createRequire(import.meta.url);

/** One instance of LiteRT, with memory of its own: what goes wrong in it stays in it. */
export interface Runtime {
  readonly bindings: Bindings;
  readonly chatter: Chatter;
}

/** The version of the package. */
export function litertVersion(): string {
  return (require('@litertjs/core/package.json') as { version: string }).version;
}

/**
 * The build that this Node can run: relaxed SIMD came with Node 21, and what is built with it does not load elsewhere.
 * Never a threaded one: an instance for each worker thread uses the cores better.
 */
export function buildName(relaxedSimd: boolean): string {
  return relaxedSimd ? 'litert_wasm_internal' : 'litert_wasm_compat_internal';
}

/** Whether WebAssembly has relaxed SIMD here: asks with a module of one function that needs it. */
export function hasRelaxedSimd(): boolean {
  // biome-ignore format: a WebAssembly module, section by section
  return WebAssembly.validate(new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, //        magic and version
    0x01, 0x07, 0x01, 0x60, 0x02, 0x7b, 0x7b, 0x01, 0x7b, //  type 0: (v128, v128) -> v128
    0x03, 0x02, 0x01, 0x00, //                                function 0 is of type 0
    0x0a, 0x0b, 0x01, 0x09, 0x00, //                          and its code is
    0x20, 0x00, 0x20, 0x01, 0xfd, 0x80, 0x02, 0x0b, //        i8x16.relaxed_swizzle of its parameters
  ]));
}

type Factory = (options: {
  print(line: string): void;
  printErr(line: string): void;
  instantiateWasm(imports: object, done: (instance: WasmInstance, module: WasmModule) => void): void;
}) => Promise<Bindings>;

interface Loader {
  readonly factory: Factory;
  readonly module: WasmModule;
}

/** Compiled once for each thread. */
let loader: Promise<Loader> | null = null;

/** Starts an instance of LiteRT. Throws ServingError when there is no memory for it, or no WebAssembly. */
export async function startRuntime(): Promise<Runtime> {
  const chatter = new Chatter();
  try {
    loader ??= prepare();
    const bindings = await instantiate(await loader, chatter);
    bindings.setupLogging();
    return { bindings, chatter };
  } catch (thrown) {
    const reason = reasonOf(chatter.take(), thrown);
    throw new ServingError('UNAVAILABLE', `LiteRT cannot be started: ${reason}`, { cause: thrown });
  }
}

/** The factory hears nothing of a failure in `instantiateWasm`, so that goes its own way out. */
function instantiate({ factory, module }: Loader, chatter: Chatter): Promise<Bindings> {
  return new Promise((resolve, reject) => {
    factory({
      print: (line) => chatter.hear(line),
      printErr: (line) => chatter.hear(line),
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
      },
    }).then(resolve, reject);
  });
}

/**
 * The package's loader is a script for browsers: an ES module by its package.json, without exports. Called as the
 * CommonJS module that it also is, it needs neither a page nor globals that pretend to be one.
 */
async function prepare(): Promise<Loader> {
  const name = buildName(hasRelaxedSimd());
  const path = require.resolve(`@litertjs/core/wasm/${name}.js`);
  const [source, wasm] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(require.resolve(`@litertjs/core/wasm/${name}.wasm`)),
  ]);
  const exported: { exports: unknown } = { exports: {} };
  const parameters = ['require', 'module', 'exports', '__filename', '__dirname'];
  const script = compileFunction(source, parameters, { filename: path });
  script(createRequire(path), exported, exported.exports, path, dirname(path));
  return { factory: exported.exports as Factory, module: await WebAssembly.compile(wasm) };
}
