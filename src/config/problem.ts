/** Where something was said: a line of a file, or (file null) an option or a variable, which `keyPath` names. */
export interface Place {
  /** As it is shown to the user. */
  readonly file: string | null;
  /** From 1; null where the file as a whole is meant. */
  readonly line: number | null;
  readonly column: number | null;
  /** For instance `model_config_list[1].platform`, `--http-port` or `FURIOSA_SERVER_HTTP_PORT`; may be empty. */
  readonly keyPath: string;
}

export interface Problem extends Place {
  /** What was found and what was expected, without the place. */
  readonly message: string;
}

/** A place in no file and at no option. */
export const NOWHERE: Place = { file: null, line: null, column: null, keyPath: '' };

export function optionPlace(spelling: string): Place {
  return { ...NOWHERE, keyPath: spelling };
}

export function filePlace(file: string): Place {
  return { ...NOWHERE, file };
}

/** `models.yaml:7:5: model_config_list[1].platform`, or as much of it as is known. */
export function formatPlace(place: Place): string {
  const position = place.line === null ? '' : `:${place.line}:${place.column ?? 1}`;
  const file = place.file === null ? '' : `${place.file}${position}`;
  return [file, place.keyPath].filter((part) => part !== '').join(': ');
}

/** One line: the place, then the sentence. */
export function formatProblem(problem: Problem): string {
  const place = formatPlace(problem);
  return place === '' ? problem.message : `${place}: ${problem.message}`;
}

/** The configuration cannot be used. Holds everything that is wrong with it, not only the first. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
