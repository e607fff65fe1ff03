/** Castagnoli's polynomial, its bits reversed (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78;

/** Bytes that are looked at in one step. */
const STEP = 8;

/** `TABLES[k][b]`: what the byte b comes to with k zero bytes behind it. */
const TABLES: readonly Uint32Array[] = makeTables();

/** CRC-32C of bytes that come in pieces, as Google Cloud Storage tells it. */
export class Crc32c {
  #state = 0xffffffff;

  update(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as readonly [Uint32Array, ...Uint32Array[]];
    let crc = this.#state;
    let at = 0;
    for (; at + STEP <= bytes.length; at += STEP) {
      const low = crc ^ view.getUint32(at, true);
      const high = view.getUint32(at + 4, true);
      crc =
        look(t7, low) ^
        look(t6, low >>> 8) ^
        look(t5, low >>> 16) ^
        look(t4, low >>> 24) ^
        look(t3, high) ^
        look(t2, high >>> 8) ^
        look(t1, high >>> 16) ^
        look(t0, high >>> 24);
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ look(t0, crc ^ view.getUint8(at));
    this.#state = crc;
  }

  /** Eight hexadecimal digits. */
  hex(): string {
    return ((this.#state ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
  }
}

function look(table: Uint32Array | undefined, value: number): number {
  return table?.[value & 0xff] ?? 0;
}

function makeTables(): readonly Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let k = 1; k < STEP; k++) {
    const before = tables[k - 1];
    tables.push(
      Uint32Array.from({ length: 256 }, (_, byte) => {
        const crc = look(before, byte);
        return (crc >>> 8) ^ look(first, crc);
      }),
    );
  }
  return tables;
}
