/** What installing a completion needs to know of the machine and the user. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` names it. */
  readonly platform: string;
  readonly homeFolder: string;
  /** The names of the programs that this one was started from, the nearest first; empty where that cannot be seen. */
  ancestors(): readonly string[];
}
