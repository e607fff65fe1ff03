/** Who is at the other end of a connection. */
export interface Peer {
  readonly address: string | null;
  readonly certificate: { readonly subject: string; readonly names: readonly string[] } | null;
}
