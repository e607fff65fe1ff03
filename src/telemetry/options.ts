export interface LogOptions {
  /** `auto`: for people on a terminal, JSON otherwise. */
  readonly format: 'auto' | 'pretty' | 'json';
}
