import { join, parse } from 'node:path';
import type { MountedFolder } from './mounted-folder.js';

/** What is to be served of a folder. */
export type FoundModel =
  /** One file, and its version where a folder names it. */
  | { readonly kind: 'file'; readonly path: string; readonly version: string | null }
  /** Models with names of their own. */
  | { readonly kind: 'repository'; readonly path: string }
  | { readonly kind: 'fault'; readonly sentence: string };

const CONFIGURATION = 'config.pbtxt';
const MODEL_FILE = /\.(onnx|tflite)$/;
const VERSION = /^[1-9]\d*$/;

/**
 * Finds the model in a folder whatever its layout: a file, versions in folders (the newest is taken, as Triton and OVMS
 * do), a folder around either, or a repository as Triton lays it out.
 *
 * @param name what the model is to be called; null leaves the models of a repository their own names
 */
export function findModel(path: string, folder: MountedFolder, name: string | null): FoundModel {
  const own = ownModel(path, folder, name);
  if (own !== null) return own;
  const models = [...folder.folders].filter(([, below]) => isModel(below));
  const [only, ...others] = models;
  if (only === undefined) return fault(`there is no model in ${path}; expected ${expected(path)}`);
  const [folderName, below] = only;
  // What has a configuration is served as it says, and that is for repositories.
  const isPlain = others.length === 0 && !below.files.includes(CONFIGURATION);
  const renamed = isPlain && name !== null ? ownModel(join(path, folderName), below, name) : null;
  return renamed ?? { kind: 'repository', path };
}

/** The one model that the folder itself is, or a fault that says why it cannot be told; null where it is none. */
function ownModel(path: string, folder: MountedFolder, name: string | null): FoundModel | null {
  const newest = newestVersion(folder);
  if (newest === null && !holdsModel(folder)) return null;
  if (folder.files.includes(CONFIGURATION)) {
    return fault(
      `${path} has a ${CONFIGURATION} of its own, so it is a model and no repository; ` +
        `move all that is in it into ${join(path, name ?? 'NAME')}`,
    );
  }
  if (newest === null) return fileIn(path, folder, null);
  const [version, below] = newest;
  return fileIn(join(path, version), below, version);
}

function fileIn(path: string, folder: MountedFolder, version: string | null): FoundModel {
  const files = modelFiles(folder);
  const usual = files.filter((file) => parse(file).name === 'model');
  const [file, ...others] = usual.length === 1 ? usual : files;
  if (file === undefined) return fault(`there is no model in ${path}; expected one .onnx or .tflite file`);
  if (others.length > 0) {
    return fault(
      `${path} has several models: ${files.join(', ')}; expected one, or one that is called model, or --model-path`,
    );
  }
  return { kind: 'file', path: join(path, file), version };
}

/** Files that hold a model; an ONNX model may be a folder with its weights beside it. */
function modelFiles({ files, folders }: MountedFolder): readonly string[] {
  const inner = [...folders].filter(([name, { files }]) => name === 'model.onnx' && files.includes(name));
  return [...files.filter((file) => MODEL_FILE.test(file)), ...inner.map(([name]) => join(name, name))];
}

function newestVersion({ folders }: MountedFolder): readonly [string, MountedFolder] | null {
  const versions = [...folders].filter(([name, below]) => VERSION.test(name) && holdsModel(below));
  const newestFirst = versions.sort(([a], [b]) => (BigInt(a) < BigInt(b) ? 1 : -1));
  return newestFirst[0] ?? null;
}

const holdsModel = (folder: MountedFolder): boolean => modelFiles(folder).length > 0;

/** As a folder of a repository. An ensemble has a configuration and no file. */
function isModel(folder: MountedFolder): boolean {
  return holdsModel(folder) || newestVersion(folder) !== null || folder.files.includes(CONFIGURATION);
}

function expected(path: string): string {
  return `${join(path, 'model.onnx')} or model.tflite, ${join(path, '1/model.onnx')}, or a model repository`;
}

function fault(sentence: string): FoundModel {
  return { kind: 'fault', sentence };
}
