import type { TensorClaim } from '#lifecycle/offer.js';
import { locate } from './paths.js';
import type { Report } from './report.js';
import type { OutputEntry } from './tensor-claim.js';
import { readTextFile, type TextKind } from './text-file.js';

/** As many as there are elements in the largest row that is classified, of 16 characters each. */
const LABELS: TextKind = { what: 'a file of labels', maxBytes: 16 * 1024 * 1024 };

/** An output with the labels of its file, if it names one. A file that cannot be read is a problem. */
export function withLabels(
  { claim, labelFile }: OutputEntry,
  folder: string,
  cwd: string,
  report: Report,
): TensorClaim {
  if (labelFile === null) return claim;
  const read = readTextFile(locate(labelFile.path, folder, cwd), LABELS);
  if ('text' in read) return { ...claim, labels: linesOf(read.text), labelFile: labelFile.path };
  report.problem(labelFile.place, `${labelFile.path} ${read.fault}`);
  return claim;
}

/** The lines of a text, without their ends. Nothing stands behind the last line end. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
