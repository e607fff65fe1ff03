import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

/**
 * The absolute form of a path written in a configuration file: from the file's folder if something is there, else
 * from the working directory if something is there. Where neither has it the folder's form stays, for the message
 * of whoever opens it.
 */
export function locate(path: string, folder: string, cwd: string): string {
  const beside = resolve(folder, path);
  if (isAbsolute(path) || existsSync(beside)) return beside;
  const below = resolve(cwd, path);
  return existsSync(below) ? below : beside;
}
