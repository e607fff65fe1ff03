import { padEnd, printable, widthOf, wrap } from '#cli/printable.js';
import type { Terminal } from '#cli/terminal.js';
import type { PlanStep, ReloadPlan } from './reload-plan.js';

/** What a reload does to a version. */
export type StepKind = 'load' | 'change' | 'unload' | 'route';

/** A line of a plan, or of what became of it. */
export interface PlanLine {
  /** What is done, or became of it: `load`, `loaded`, `failed`. */
  readonly verb: string;
  /** A change or another route tells what changes; a load or an unload, why. */
  readonly kind: StepKind;
  readonly step: PlanStep;
  /** Why it failed, or empty. */
  readonly fault: string;
}

const MIN_TEXT_WIDTH = 20;

/** What is to be done, in the order in which a server does it: what is new first, what leaves last. */
export function stepsOf(plan: ReloadPlan): readonly (readonly [StepKind, PlanStep])[] {
  return (['load', 'change', 'route', 'unload'] as const).flatMap((kind) =>
    plan[kind].map((step) => [kind, step] as const),
  );
}

/** Prints a line for each step, then what stays as it is and what a restart is needed for. */
export function printPlan(
  lines: readonly PlanLine[],
  { keep, restart }: ReloadPlan,
  tense: 'planned' | 'done',
  terminal: Terminal,
): void {
  const kept = tense === 'planned' ? 'keep' : 'kept';
  const verbWidth = Math.max(kept.length, ...lines.map(({ verb }) => widthOf(verb)));
  const subjects = lines.map(({ step }) => printable(`${step.model}/${step.version}`));
  const margin = verbWidth + Math.max(0, ...subjects.map(widthOf)) + 4;
  const room = Math.max(MIN_TEXT_WIDTH, (terminal.columns ?? Number.MAX_SAFE_INTEGER) - margin);
  const text = lines.flatMap((line, i) => {
    const [first = '', ...rest] = wrap(printable(remarkOf(line)), room);
    const head = padEnd(`${padEnd(line.verb, verbWidth)}  ${subjects[i]}`, margin) + first;
    return [head.trimEnd(), ...rest.map((each) => ' '.repeat(margin) + each)];
  });
  const written = [...text, ...keepLines(lines.length, keep, padEnd(kept, verbWidth))];
  if (restart.length > 0) written.push(`restart needed for: ${printable(restart.join(', '))}`);
  terminal.write(`${written.join('\n')}\n`);
}

function keepLines(stepCount: number, keep: number, verb: string): readonly string[] {
  if (stepCount === 0) return [keep === 0 ? 'no changes' : `no changes, ${keep} stay as they are`];
  return keep === 0 ? [] : [`${verb}  ${keep} more`];
}

/** One line, whatever the server's has. */
function remarkOf({ kind, step: { why }, fault }: PlanLine): string {
  const reason = why === '' || kind === 'change' || kind === 'route' ? why : `(${why})`;
  const parts = [reason, fault].filter((part) => part !== '');
  return parts.join(': ').replace(/\s+/g, ' ').trim();
}
