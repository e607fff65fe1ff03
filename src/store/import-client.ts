import { ServingError } from '#core/errors.js';

/**
 * A vendor's client, loaded when the first URL of its kind is read. The packages are optional: where one is missing,
 * throws UNAVAILABLE with the command that installs it. `install` is its name, with the versions that fit.
 */
export async function importClient<T>(scheme: string, install: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const name = install.replace(/(?<=.)@[^@]*$/, '');
    throw new ServingError(
      'UNAVAILABLE',
      isMissing
        ? `${scheme}:// needs the package ${name}, which is not installed: npm install '${install}'`
        : `${scheme}:// needs the package ${name}, which cannot be loaded: ${String(thrown)}`,
      { cause: thrown },
    );
  }
}
