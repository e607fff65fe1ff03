import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

/** Whether it is the address of something elsewhere, such as `s3://bucket/model.onnx`, and no path of this host. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}

/**
 * The absolute form of a path written in a configuration file: from the file's folder if something is there, else
 * from the working directory if something is there. Where neither has it the folder's form stays, for the message
 * of whoever opens it. An address stays as it is.
 */
export function locate(path: string, folder: string, cwd: string): string {
  if (isAddress(path)) return path;
  const beside = resolve(folder, path);
  if (isAbsolute(path) || existsSync(beside)) return beside;
  const below = resolve(cwd, path);
  return existsSync(below) ? below : beside;
}
