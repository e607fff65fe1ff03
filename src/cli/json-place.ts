/** A value in a server's answer, and where it stands there. Its readers throw an `UnexpectedJson` that says so. */
export class JsonPlace {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    this.#value = value;
    this.#path = path;
  }

  /** The value of a key. */
  key(name: string): JsonPlace {
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    return new JsonPlace(this.#record()[name], path);
  }

  /** The values of an object by their keys. */
  entries(): readonly (readonly [string, JsonPlace])[] {
    return Object.keys(this.#record()).map((name) => [name, this.key(name)]);
  }

  list(): readonly JsonPlace[] {
    const value = this.#value;
    if (!Array.isArray(value)) throw this.#unexpected('a list');
    return value.map((each, i) => new JsonPlace(each, `${this.#path}[${i}]`));
  }

  text(): string {
    if (typeof this.#value !== 'string') throw this.#unexpected('text');
    return this.#value;
  }

  number(): number {
    if (typeof this.#value !== 'number') throw this.#unexpected('a number');
    return this.#value;
  }

  flag(): boolean {
    if (typeof this.#value !== 'boolean') throw this.#unexpected('true or false');
    return this.#value;
  }

  /** What `read` makes of the value; null where it is null or absent, as in a server of another version. */
  orNull<Value>(read: (place: JsonPlace) => Value): Value | null {
    return this.#value === null || this.#value === undefined ? null : read(this);
  }

  #record(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#unexpected('an object');
    return value as Record<string, unknown>;
  }

  #unexpected(expected: string): UnexpectedJson {
    const where = this.#path === '' ? 'the answer' : this.#path;
    return new UnexpectedJson(`${where} is ${this.#value === undefined ? 'missing' : `not ${expected}`}`);
  }
}

/** The message says what is amiss: `[0].versions[1].state is not text`. */
export class UnexpectedJson extends Error {}
