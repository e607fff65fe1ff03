/** One file of a model repository, as a scan found it. */
export interface FoundFile {
  /** From the folder that it is listed for, with `/` between the parts. */
  readonly path: string;
  readonly bytes: number;
  /** The same if and only if the contents are: see `revisionOfFile`. Empty where there is a fault. */
  readonly revision: string;
  /** Why it cannot be used, in one sentence that names it from the repository on. */
  readonly fault: string | null;
  /** What its revision was read from; only the next scan needs it. */
  readonly seen: Seen | null;
}

/** What is known of a file without reading it. */
export interface Seen {
  /** Another one whenever the file was written, replaced or touched. */
  readonly stamp: string;
  /** When a scan first saw this stamp, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** The file was read so long after it changed that a later change shows in the stamp. */
  readonly isSteady: boolean;
}

/** The files of a folder, by path. */
export interface Manifest {
  readonly files: readonly FoundFile[];
  /** Stands for the paths and contents of all files. Empty where there is a fault. */
  readonly revision: string;
  /** Why the files cannot be used together, in one sentence. */
  readonly fault: string | null;
}

/**
 * One version folder. Whether its model file is there is said by `modelFileOf`, which needs to know what the
 * configuration calls it.
 */
export interface FoundVersion extends Manifest {
  readonly version: string;
  /** The folder as messages name it: from the repository on. */
  readonly shown: string;
  /** Absolute, through the root as it was given. */
  readonly folder: string;
  /** It was there in the scan before, and not in this one; the next one will leave it out. See `settled`. */
  readonly isMissing: boolean;
}

/** One model folder. */
export interface FoundModel {
  readonly name: string;
  /** Absolute, through the root as it was given. */
  readonly folder: string;
  /** `config.pbtxt`. */
  readonly configFile: FoundFile | null;
  /** What lies beside the versions and may belong to the model: files, `warmup/`, `initial_state/`. */
  readonly beside: Manifest;
  /** From the lowest number to the highest. */
  readonly versions: readonly FoundVersion[];
  /** Entries that mean nothing here. */
  readonly ignored: readonly string[];
  /** Why the folder cannot be looked at, in one sentence. Everything else is then as it was last known. */
  readonly fault: string | null;
  /** As that of a version. */
  readonly isMissing: boolean;
}

/** What there is in a repository. */
export interface FolderScan {
  /** By name. */
  readonly models: readonly FoundModel[];
  /** Why the repository cannot be looked at, in one sentence. `models` are then those of the scan before. */
  readonly rootFault: string | null;
  /** Tells the folder from another one that stands in its place; empty before it was seen. */
  readonly rootId: string;
  /** Entries of the root that are no model folders. */
  readonly ignored: readonly string[];
  /** When the scan ended, in milliseconds since 1970. */
  readonly scannedAt: number;
}
