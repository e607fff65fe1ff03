/** The models that the clients ask, and the configuration that serves them. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addSubModel,
  failingModel,
  identityModel,
  slowModel,
  tensorInfo,
  writeModel,
} from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { repositoryRoot } from '../support/places.js';
import { decayModel } from '../support/stateful-models.js';

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

const control = (name: string, kind: string, more: object): object => ({
  name,
  control: [{ kind: `CONTROL_SEQUENCE_${kind}`, ...more }],
});

/** Each answer is its request and 0.7 of the answer before. */
const DECAY = {
  control_input: [
    control('START', 'START', { int32_false_true: [0, 1] }),
    control('END', 'END', { bool_false_true: [false, true] }),
    control('READY', 'READY', { fp32_false_true: [0, 1] }),
    control('CORRID', 'CORRID', { data_type: 'TYPE_STRING' }),
  ],
  state: [{ input_name: 'h', output_name: 'h_next', data_type: 'TYPE_FP32', dims: [2] }],
};

/** An ensemble of two runs of one model: the sum of a tensor and itself, and that sum and the tensor. */
const TWICE = {
  name: 'twice',
  version: '1',
  platform: 'ensemble',
  inputs: [{ name: 'IN', datatype: 'INT32', shape: [-1, 16] }],
  outputs: [{ name: 'OUT', datatype: 'INT32', shape: [-1, 16] }],
  ensemble_scheduling: {
    step: [
      { model_name: 'simple', input_map: { INPUT0: 'IN', INPUT1: 'IN' }, output_map: { OUTPUT0: 'double' } },
      { model_name: 'simple', input_map: { INPUT0: 'double', INPUT1: 'IN' }, output_map: { OUTPUT0: 'OUT' } },
    ],
  },
};

interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** What else its entry of the model list says. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Writes every model file and the model list, and answers the path of the list. */
export function writeModels(directory: string): string {
  const write = (file: string, bytes: Uint8Array): string => {
    writeModel(directory, file, bytes);
    return file;
  };
  const identity = (name: string, ...[datatype, shape]: Parameters<typeof identityModel>): ServedModel => ({
    name,
    version: '1',
    file: write(`${name}.onnx`, identityModel(datatype, shape)),
  });
  const models: readonly ServedModel[] = [
    { name: 'simple', version: '1', file: write('simple.onnx', addSubModel()) },
    identity('identity_fp32', 'FP32', ['batch', 'n']),
    identity('identity_bytes', 'BYTES'),
    identity('identity_fp16', 'FP16'),
    identity('identity_bool', 'BOOL'),
    identity('identity_uint8', 'UINT8'),
    identity('identity_int64', 'INT64'),
    identity('identity_fp64', 'FP64'),
    identity('counted', 'FP32'),
    identity('fragile', 'FP32'),
    { name: 'wide', version: '1', file: write('wide.onnx', wideModel()) },
    { name: 'versioned', version: '1', file: write('versioned-1.onnx', timesModel(1)) },
    { name: 'versioned', version: '2', file: write('versioned-2.onnx', timesModel(2)) },
    { name: 'slow', version: '1', file: write('slow.onnx', slowModel()) },
    { name: 'failing', version: '1', file: write('failing.onnx', failingModel()) },
    { name: 'digits', version: '1', file: copyDigits(directory), more: digitLabels(directory) },
    {
      name: 'decay',
      version: '1',
      file: write('decay.onnx', decayModel()),
      more: { sequence_batching: DECAY },
    },
    { name: 'kept', version: '1', file: 'identity_fp32.onnx', more: { response_cache: { enable: true } } },
  ];
  const list = join(directory, 'models.json');
  const entries = models.map(({ name, version, file, more }) => ({
    name,
    version,
    model: file,
    platform: 'cpu',
    device: 'cpu(1)*1',
    ...more,
  }));
  writeFileSync(list, JSON.stringify({ model_config_list: [...entries, TWICE] }, null, 2));
  return list;
}

/** `output` = `input` (FP32 [n]), added to itself until there are `times` of it. */
function timesModel(times: 1 | 2): Uint8Array {
  const node = { 1: { op: 'Identity', inputs: ['input'] }, 2: { op: 'Add', inputs: ['input', 'input'] } }[
    times
  ];
  return encodeModel({
    graph: {
      nodes: [{ ...node, outputs: ['output'] }],
      inputs: [tensorInfo('input', 'FP32', ['n'])],
      outputs: [tensorInfo('output', 'FP32', ['n'])],
    },
  });
}

/** So many tensors that to describe them takes some kilobytes: `output7` is `input7`, each FP32 [n]. */
function wideModel(): Uint8Array {
  const positions = Array.from({ length: 40 }, (_, at) => at);
  const tensors = (kind: string) => positions.map((at) => tensorInfo(`${kind}${at}`, 'FP32', ['n']));
  return encodeModel({
    graph: {
      nodes: positions.map((at) => ({ op: 'Identity', inputs: [`input${at}`], outputs: [`output${at}`] })),
      inputs: tensors('input'),
      outputs: tensors('output'),
    },
  });
}

function copyDigits(directory: string): string {
  copyFileSync(join(repositoryRoot, 'samples/data/mnist.onnx'), join(directory, 'digits.onnx'));
  return 'digits.onnx';
}

function digitLabels(directory: string): Readonly<Record<string, unknown>> {
  writeFileSync(join(directory, 'digits.txt'), `${DIGITS.join('\n')}\n`);
  return { outputs: [{ name: 'probabilities', label_filename: 'digits.txt' }] };
}
