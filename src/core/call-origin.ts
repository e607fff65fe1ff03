/** Where a call came from, and how its answer can be followed: what a transport tells to whoever traces it. */
export interface CallOrigin {
  readonly transport: 'http' | 'grpc';
  /** `POST /v2/models/:model/infer`, or the path of the remote procedure. */
  readonly operation: string;
  /** The path as the caller wrote it, without a query. */
  readonly path: string;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** Null where the answer carries those of many requests: nothing of it is about one of them. */
  readonly answer: CallAnswer | null;
}

export interface CallAnswer {
  /** Adds a header to an answer that has not begun. */
  setHeader(name: string, value: string): void;
  /**
   * Calls `fn` once when the answer has been sent, with its HTTP status or gRPC code; with null where the caller had gone
   * before.
   */
  onceSent(fn: (code: number | null) => void): void;
}
