import { PipelineError } from '@antinex/runtime';
import { type LabelRules, parseLabelRules } from '../data/labels.ts';
import type { Scaler } from '../data/scaler.ts';
import { DenseNetwork } from '../network/dense-network.ts';
import { describeNetwork, toModelDesc } from '../network/description.ts';
import { decodeManifest, encodeManifest, type Manifest, type Tensors, takeTensor } from './manifest-file.ts';
import { networkTensors, takeWeights } from './network-tensors.ts';
import { readWhole, writeWhole } from './whole-file.ts';

/** A trained network and what its rows have to be made of. */
export interface Model {
  readonly network: DenseNetwork;
  /** The columns of a row, in order. */
  readonly columns: readonly string[];
  readonly scaler: Scaler | undefined;
  /** The two label values that a score stands between; none for regression. */
  readonly classes: readonly number[] | undefined;
  readonly labelRules: LabelRules | undefined;
  /** What else is to be kept: JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

const KIND = { format: 'network-pipeline-model', version: '1', maxBytes: 128 << 20 };

/**
 * A model as a safetensors file; its manifest is among the texts, with a digest over it and the arrays.
 *
 * @throws PipelineError TABLE_UNUSABLE when the columns or the scaler are not the network's
 */
export function encodeModel(model: Model): Buffer {
  const { network, scaler, columns, classes, labelRules, details } = model;
  const { inputs } = network.description;
  if (columns.length !== inputs || (scaler && scaler.factors.length !== inputs))
    throw new PipelineError('TABLE_UNUSABLE', {
      what: 'the model',
      reason: `its network takes ${inputs} columns, and others are named or scaled`,
    });
  const tensors = networkTensors(network);
  if (scaler) {
    const shape = [columns.length];
    tensors.set('scaler.factor', { shape, values: scaler.factors });
    tensors.set('scaler.offset', { shape, values: scaler.offsets });
  }
  const fields = {
    model_desc: toModelDesc(network.description),
    columns,
    scaler_range: scaler?.range,
    classes,
    label_rules: labelRules,
    details,
  };
  return encodeManifest(KIND, fields, tensors);
}

/**
 * A model of the bytes of a file.
 *
 * @param path what errors call it
 * @throws PipelineError MODEL_FILE_UNUSABLE for anything but an unharmed file of this version
 */
export const decodeModel = (bytes: Uint8Array, path = 'the model'): Model =>
  decodeManifest(KIND, bytes, path, toModel);

/** Writes a model, whole or not at all. @throws PipelineError, as of a file that cannot be written */
export const saveModel = async (path: string, model: Model): Promise<void> =>
  writeWhole(path, encodeModel(model));

/** @throws PipelineError MODEL_FILE_UNUSABLE, or as of a file that cannot be read */
export const loadModel = async (path: string): Promise<Model> =>
  decodeModel(await readWhole(path, KIND.maxBytes), path);

function toModel(fields: Manifest, tensors: Tensors): Model {
  const { columns, classes, details } = fields;
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string'))
    throw new Error('its columns are no names');
  if (classes !== undefined && !(Array.isArray(classes) && classes.every(Number.isFinite)))
    throw new Error('its classes are no numbers');
  const network = new DenseNetwork(describeNetwork(fields.model_desc, columns.length));
  takeWeights(network, (name, shape) => takeTensor(tensors, name, Float32Array, shape).values);
  return {
    network,
    columns,
    scaler: toScaler(fields.scaler_range, tensors, columns.length),
    classes,
    labelRules: fields.label_rules === undefined ? undefined : parseLabelRules(fields.label_rules),
    details: Object(details) as Record<string, unknown>,
  };
}

function toScaler(range: unknown, tensors: Tensors, columns: number): Scaler | undefined {
  if (!tensors.has('scaler.factor')) return undefined;
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);
  if (range !== undefined && !isRange) throw new Error('the range of its scaler is none');
  const scaler = {
    factors: takeTensor(tensors, 'scaler.factor', Float64Array, [columns]).values,
    offsets: takeTensor(tensors, 'scaler.offset', Float64Array, [columns]).values,
    range: range as Scaler['range'],
  };
  if (![...scaler.factors, ...scaler.offsets].every(Number.isFinite))
    throw new Error('its scaler holds what is no number');
  return scaler;
}
