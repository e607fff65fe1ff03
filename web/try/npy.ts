import type { Datatype } from './datatype.js';
import { Problem } from './problem.js';
import { elementCount, type Shape } from './shape.js';

/** An array from a file of NumPy. */
export interface NpyArray {
  readonly datatype: Datatype;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const DATATYPES: Readonly<Record<string, Datatype>> = {
  b1: 'BOOL',
  u1: 'UINT8',
  u2: 'UINT16',
  u4: 'UINT32',
  u8: 'UINT64',
  i1: 'INT8',
  i2: 'INT16',
  i4: 'INT32',
  i8: 'INT64',
  f2: 'FP16',
  f4: 'FP32',
  f8: 'FP64',
};

export function isNpy(file: Uint8Array): boolean {
  return MAGIC.every((byte, index) => file[index] === byte);
}

/**
 * Reads the format of `numpy.save` (numpy.lib.format, versions 1 to 3). Throws Problem for big-endian arrays, for those in Fortran's order, and for
 * types that the protocol does not have.
 */
export function readNpy(file: Uint8Array): NpyArray {
  if (!isNpy(file) || file.length < 12) throw new Problem('problemNpy');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isLong = view.getUint8(6) >= 2;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  const head = new TextDecoder().decode(file.subarray(start, end));
  const descr = /'descr':\s*'([^']*)'/.exec(head)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(head)?.[1];
  if (descr === undefined || sizes === undefined || end > file.length) throw new Problem('problemNpy');
  if (/'fortran_order':\s*True/.test(head)) throw new Problem('problemNpyOrder');
  const datatype = /^[<|=]/.test(descr) ? DATATYPES[descr.slice(1)] : undefined;
  if (datatype === undefined) throw new Problem('problemNpyType', { type: descr });
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const bytes = file.slice(end);
  const unit = Number(descr.slice(2));
  if (bytes.length !== elementCount(shape) * unit) throw new Problem('problemNpy');
  return { datatype, shape, bytes };
}
