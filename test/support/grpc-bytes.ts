/** Messages of gRPC and protobuf byte by byte, true ones and ones that lie. */

/** A message as it travels, behind its flag and the length that it is said to have. */
export function frame(message: Uint8Array, flag = 0, length: number = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** A field of protobuf whose length is said to be `claimed`. */
export function chunk(field: number, bytes: Uint8Array, claimed: number | bigint = bytes.length): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(claimed), bytes]);
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
