import { FileWindow, type Range } from '#backend/file-window.js';
import { type ElementType, elementTypeOf } from './element-type.js';
import { type Field, fieldsOf, textOf, varintsOf, WireError } from './wire.js';

/** One input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  readonly kind: 'tensor' | 'sparse tensor' | 'sequence' | 'map' | 'optional' | 'value of unknown type';
  /** What a tensor holds; null for anything else. */
  readonly element: ElementType | null;
  /** A string is a symbolic axis, -1 one without a name. Null where the file leaves the rank open. */
  readonly shape: readonly (number | string)[] | null;
}

/** What an ONNX file says, without its weights. */
export interface OnnxFile {
  readonly fileBytes: number;
  readonly irVersion: number;
  readonly producer: string;
  readonly domain: string;
  readonly modelVersion: number;
  readonly description: string;
  readonly graphName: string;
  /** Versions by domain; the domain of ONNX itself is called `ai.onnx`. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Without those that an initializer fills. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** How often each operator is used, in sub-graphs too. Operators of other domains carry the domain's name. */
  readonly operators: ReadonlyMap<string, number>;
  /** Elements of all initializers and Constant nodes. */
  readonly parameterCount: number;
  /** Bytes that hold them, in this file or beside it. */
  readonly weightBytes: number;
  /** Bytes taken from each file beside this one. */
  readonly external: ReadonlyMap<string, number>;
}

/**
 * Reads an ONNX file by walking its protobuf encoding; weights are stepped over. Throws WireError where the bytes are
 * not that, and what node:fs throws.
 * Source of the field numbers: onnx/onnx.proto.
 */
export function readOnnxFile(path: string): OnnxFile {
  const file = new FileWindow(path);
  try {
    return new OnnxReader(file).read();
  } finally {
    file.close();
  }
}

/** Graphs within graphs: no exporter nests deeper, and a crafted file shall not exhaust the stack. */
const MAX_DEPTH = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class OnnxReader {
  readonly #file: FileWindow;
  readonly #initializers = new Set<string>();
  readonly #operators = new Map<string, number>();
  readonly #opsets = new Map<string, number>();
  readonly #metadata = new Map<string, string>();
  readonly #external = new Map<string, number>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  #graphName = '';
  #parameterCount = 0;
  #weightBytes = 0;

  constructor(file: FileWindow) {
    this.#file = file;
  }

  read(): OnnxFile {
    const model = { irVersion: 0, name: '', version: '', domain: '', modelVersion: 0, description: '' };
    for (const field of this.#fields({ start: 0, end: this.#file.size })) {
      if (field.number === 1) model.irVersion = field.value;
      if (field.number === 2) model.name = this.#text(field);
      if (field.number === 3) model.version = this.#text(field);
      if (field.number === 4) model.domain = this.#text(field);
      if (field.number === 5) model.modelVersion = field.value;
      if (field.number === 6) model.description = this.#text(field);
      if (field.number === 7) this.#readGraph(field.range, 0);
      if (field.number === 8) this.#readOpset(field.range);
      if (field.number === 14) this.#metadata.set(...this.#entry(field.range));
    }
    return {
      fileBytes: this.#file.size,
      irVersion: model.irVersion,
      producer: `${model.name} ${model.version}`.trim(),
      domain: model.domain,
      modelVersion: model.modelVersion,
      description: model.description,
      graphName: this.#graphName,
      opsets: this.#opsets,
      metadata: this.#metadata,
      inputs: this.#inputs.filter(({ name }) => !this.#initializers.has(name)),
      outputs: this.#outputs,
      operators: this.#operators,
      parameterCount: this.#parameterCount,
      weightBytes: this.#weightBytes,
      external: this.#external,
    };
  }

  #readGraph(range: Range, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireError(`graphs are nested more than ${MAX_DEPTH} deep`);
    for (const field of this.#fields(range)) {
      if (field.number === 1) this.#readNode(field.range, depth);
      if (field.number === 5) this.#readTensor(field.range, depth);
      if (field.number === 15) this.#readSparseTensor(field.range, depth);
      if (depth > 0) continue;
      if (field.number === 2) this.#graphName = this.#text(field);
      if (field.number === 11) this.#inputs.push(this.#readValueInfo(field.range));
      if (field.number === 12) this.#outputs.push(this.#readValueInfo(field.range));
    }
  }

  #readNode(range: Range, depth: number): void {
    let [type, domain] = ['', ''];
    const attributes: Range[] = [];
    for (const field of this.#fields(range)) {
      if (field.number === 4) type = this.#text(field);
      if (field.number === 5) attributes.push(field.range);
      if (field.number === 7) domain = this.#text(field);
    }
    const name = domain === '' || domain === 'ai.onnx' ? type : `${domain}.${type}`;
    this.#operators.set(name, (this.#operators.get(name) ?? 0) + 1);
    for (const attribute of attributes) {
      for (const field of this.#fields(attribute)) {
        if (field.number === 5 && name === 'Constant') this.#readTensor(field.range, depth);
        if (field.number === 6 || field.number === 11) this.#readGraph(field.range, depth + 1);
      }
    }
  }

  #readTensor(range: Range, depth: number): void {
    let elements = 1;
    let bytes = 0;
    const external = new Map<string, string>();
    for (const field of this.#fields(range)) {
      if (field.number === 1) for (const axis of varintsOf(this.#file, field)) elements *= axis;
      if (field.number === 8 && depth === 0) this.#initializers.add(this.#text(field));
      if (field.number === 13) external.set(...this.#entry(field.range));
      if (TENSOR_DATA.has(field.number)) bytes += field.range.end - field.range.start;
    }
    const location = external.get('location');
    if (location !== undefined) {
      bytes = Number(external.get('length') ?? 0);
      this.#external.set(location, (this.#external.get(location) ?? 0) + bytes);
    }
    this.#parameterCount += elements;
    this.#weightBytes += bytes;
  }

  /** Its values are a tensor that carries its name; its indices are no parameters. */
  #readSparseTensor(range: Range, depth: number): void {
    for (const field of this.#fields(range)) if (field.number === 1) this.#readTensor(field.range, depth);
  }

  #readValueInfo(range: Range): OnnxValue {
    const value: Mutable<OnnxValue> = { name: '', kind: 'value of unknown type', element: null, shape: null };
    for (const field of this.#fields(range)) {
      if (field.number === 1) value.name = this.#text(field);
      if (field.number !== 2) continue;
      for (const type of this.#fields(field.range)) {
        value.kind = VALUE_KINDS[type.number] ?? value.kind;
        if (value.kind !== 'tensor' || type.number !== 1) continue;
        for (const part of this.#fields(type.range)) {
          if (part.number === 1) value.element = elementTypeOf(part.value);
          if (part.number === 2) value.shape = this.#readShape(part.range);
        }
      }
    }
    return value;
  }

  #readShape(range: Range): readonly (number | string)[] {
    const shape: (number | string)[] = [];
    for (const field of this.#fields(range)) {
      if (field.number !== 1) continue;
      let axis: number | string = -1;
      for (const part of this.#fields(field.range)) {
        if (part.number === 1) axis = Math.max(-1, part.value);
        if (part.number === 2) axis = this.#text(part) || -1;
      }
      shape.push(axis);
    }
    return shape;
  }

  #readOpset(range: Range): void {
    let [domain, version] = ['', 0];
    for (const field of this.#fields(range)) {
      if (field.number === 1) domain = this.#text(field);
      if (field.number === 2) version = field.value;
    }
    this.#opsets.set(domain === '' ? 'ai.onnx' : domain, version);
  }

  /** A StringStringEntryProto. */
  #entry(range: Range): [key: string, value: string] {
    let [key, value] = ['', ''];
    for (const field of this.#fields(range)) {
      if (field.number === 1) key = this.#text(field);
      if (field.number === 2) value = this.#text(field);
    }
    return [key, value];
  }

  #fields(range: Range): Generator<Field> {
    return fieldsOf(this.#file, range);
  }

  #text(field: Field): string {
    return textOf(this.#file, field);
  }
}

/** float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data. */
const TENSOR_DATA: ReadonlySet<number> = new Set([4, 5, 6, 7, 9, 10, 11]);

/** By the field of TypeProto that is set. */
const VALUE_KINDS: Readonly<Record<number, OnnxValue['kind']>> = {
  1: 'tensor',
  4: 'sequence',
  5: 'map',
  8: 'sparse tensor',
  9: 'optional',
};
