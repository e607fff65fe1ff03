import { Buffer } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import type { Tensor } from '#tensor/tensor.js';

/** Whose answers they are. Anything that would change an answer must change the fingerprint. */
export interface CachedModel {
  readonly name: string;
  readonly version: string;
  /** Of the model's files and of how they are run. */
  readonly fingerprint: string;
}

/** What an answer depends on, beside the model. */
export interface CachedQuestion {
  readonly inputs: readonly Tensor[];
  /** The outputs that are wanted. */
  readonly outputs: readonly string[];
}

/** To be raised with every change of what is hashed: keys outlive the process in other stores. */
const FORM = 'furiosa-server response 1';

/**
 * The key of an answer: 64 hexadecimal digits, a SHA-256 of everything that the answer depends on. Every part of it is
 * preceded by its length and every list by its count, so that no two questions hash the same bytes.
 */
export function responseKey(model: CachedModel, { inputs, outputs }: CachedQuestion): string {
  const hash = createHash('sha256');
  for (const text of [FORM, model.name, model.version, model.fingerprint]) addText(hash, text);
  addNumber(hash, inputs.length);
  for (const input of inputs) addTensor(hash, input);
  addNumber(hash, outputs.length);
  for (const name of outputs) addText(hash, name);
  return hash.digest('hex');
}

function addTensor(hash: Hash, { name, datatype, shape, data }: Tensor): void {
  addText(hash, name);
  addText(hash, datatype);
  addNumber(hash, shape.length);
  for (const axis of shape) addNumber(hash, axis);
  addBytes(hash, data);
}

function addText(hash: Hash, text: string): void {
  addBytes(hash, Buffer.from(text));
}

function addBytes(hash: Hash, bytes: Uint8Array): void {
  addNumber(hash, bytes.byteLength);
  hash.update(bytes);
}

function addNumber(hash: Hash, value: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  hash.update(bytes);
}
