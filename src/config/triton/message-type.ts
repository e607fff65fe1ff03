import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { ModelConfigSchema } from '#protocol/grpc/gen/model_config_pb.js';

/** What a message may hold, as its .proto file says it. */
export interface MessageType {
  /** For instance `ModelInput`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldType>;
}

export interface FieldType {
  readonly name: string;
  /** Its name in JSON: `maxBatchSize` for `max_batch_size`. */
  readonly jsonName: string;
  readonly shape: 'single' | 'list' | 'map';
  /** Of the field, of an element, or of what a key leads to. */
  readonly value: ValueType;
  /** Of a map's keys; else null. */
  readonly key: ValueType | null;
  /** The choice that it is one of; else null. */
  readonly oneof: string | null;
}

export type ValueType =
  | { readonly kind: 'message'; readonly message: MessageType }
  | { readonly kind: 'enum'; readonly numbers: ReadonlyMap<string, number> }
  | { readonly kind: 'text' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'float' }
  | { readonly kind: 'integer'; readonly min: bigint; readonly max: bigint };

function messageType({ name, fields }: DescMessage): MessageType {
  let known: MessageType['fields'] | null = null;
  return {
    name,
    // Read when it is asked for: few servers read a message of Triton's, and none of them all of its fields.
    get fields() {
      known ??= new Map(fields.map((field) => [field.name, fieldType(field)]));
      return known;
    },
  };
}

function fieldType(field: DescField): FieldType {
  const { name, jsonName } = field;
  const common = { name, jsonName, key: null, oneof: field.oneof?.name ?? null };
  switch (field.fieldKind) {
    case 'scalar':
      return { ...common, shape: 'single', value: scalarType(field.scalar) };
    case 'enum':
      return { ...common, shape: 'single', value: enumType(field.enum) };
    case 'message':
      return { ...common, shape: 'single', value: { kind: 'message', message: messageType(field.message) } };
    case 'list':
      return { ...common, shape: 'list', value: partType(field) };
    case 'map':
      return { ...common, shape: 'map', value: partType(field), key: scalarType(field.mapKey) };
  }
}

/** Of an element, or of what a key leads to. */
function partType(
  field: Pick<Extract<DescField, { fieldKind: 'list' | 'map' }>, 'scalar' | 'enum' | 'message'>,
): ValueType {
  if (field.message !== undefined) return { kind: 'message', message: messageType(field.message) };
  if (field.enum !== undefined) return enumType(field.enum);
  return scalarType(field.scalar ?? ScalarType.STRING);
}

function enumType({ values }: DescEnum): ValueType {
  return { kind: 'enum', numbers: new Map(values.map(({ name, number }) => [name, number])) };
}

function scalarType(scalar: ScalarType): ValueType {
  switch (scalar) {
    case ScalarType.BOOL:
      return { kind: 'bool' };
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return { kind: 'text' };
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return { kind: 'float' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { kind: 'integer', min: 0n, max: 2n ** 32n - 1n };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { kind: 'integer', min: 0n, max: 2n ** 64n - 1n };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { kind: 'integer', min: -(2n ** 31n), max: 2n ** 31n - 1n };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { kind: 'integer', min: -(2n ** 63n), max: 2n ** 63n - 1n };
  }
}

/** Triton's ModelConfig, from the same source as the gRPC method that answers it. */
export const MODEL_CONFIG: MessageType = messageType(ModelConfigSchema);
