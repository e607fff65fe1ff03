/**
 * One option of a command, described once. Parsing, `--help` and every shell's completion read this description, so
 * they cannot disagree.
 */
export interface CommandOption {
  /** Without the dashes, for instance `model-path`. */
  readonly name: string;
  /** What the value is: `TEXT`, `INTEGER`, `SECONDS`, `FILENAME`, `URL`. Null for a switch, which takes no value. */
  readonly placeholder: string | null;
  /** The only values allowed, in the order they are listed. Upper and lower case are the same. */
  readonly choices?: readonly string[];
  /** Shown in the help; filling it in is the business of whoever reads the values. */
  readonly default?: string;
  /** One phrase for the help. */
  readonly help: string;
  /** What a shell offers as the value. */
  readonly completes?: 'file' | 'directory';
  /** A switch that `--no-<name>` or `--<name>=false` turns off, so that a flag can overrule a file. */
  readonly negatable?: boolean;
  /** May be given several times; the values are collected. Otherwise the last one wins. */
  readonly repeatable?: boolean;
  /** The value may be left out, as in `--show-completion`. */
  readonly valueOptional?: boolean;
  /** The bounds of an INTEGER, both included. */
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The one argument that a command takes beside its options. */
export interface CommandArgument {
  /** As the help names it, for instance `MODEL`. */
  readonly placeholder: string;
  readonly required: boolean;
  /** May be several words, which are joined by spaces: `models load`. */
  readonly isPath?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: 'file' | 'directory';
}

/** A command of `furiosa`, for instance `furiosa server`, or a command of such a command. */
export interface CommandDescription {
  readonly name: string;
  /** One phrase: the help shows it, and so does completion. */
  readonly summary: string;
  readonly options: readonly CommandOption[];
  readonly argument?: CommandArgument;
  /** Added to the error when an argument is given that the command does not take. */
  readonly strayArgumentHint?: string;
  /**
   * Commands of its own, one of which may follow its name: `furiosa models load`. Where none does, the command's own
   * options and argument count.
   */
  readonly commands?: readonly CommandDescription[];
}

/** A program with its commands. The options are those it takes in place of a command. */
export interface ProgramDescription extends Omit<CommandDescription, 'argument' | 'commands'> {
  readonly commands: readonly CommandDescription[];
  /** A program of another name that is short for one of the commands: `furiosa-server` for `server`. */
  readonly shortcuts: readonly { readonly name: string; readonly command: string }[];
}

/** The value of one option: a switch is true or false, an INTEGER or SECONDS a number, anything else text. */
export type OptionValue = string | number | boolean | readonly string[];

/** The values that were given, by the option's name; an option that was not given is absent. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** What is written after the option's name in a command line, null for a switch: `TEXT`, `[ERROR|INFO]`. */
export function valueNameOf(option: CommandOption): string | null {
  return option.choices === undefined ? option.placeholder : `[${option.choices.join('|')}]`;
}

/** Every way to spell the option: `--strict-readiness` and, where it can be turned off, `--no-strict-readiness`. */
export function spellingsOf(option: CommandOption): readonly string[] {
  return option.negatable === true ? [`--${option.name}`, `--no-${option.name}`] : [`--${option.name}`];
}
