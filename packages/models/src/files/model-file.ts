import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import { type LabelRules, parseLabelRules } from '../data/labels.ts';
import type { Scaler } from '../data/scaler.ts';
import { DenseNetwork } from '../network/dense-network.ts';
import { describeNetwork, toModelDesc } from '../network/description.ts';
import { decodeTensors, encodeTensors, type Tensor, type TensorFile } from './tensor-file.ts';

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

const FORMAT = 'network-pipeline-model';
const VERSION = '1';
const MAX_BYTES = 128 << 20;

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
  const tensors = new Map<string, Tensor>();
  network.weights().forEach(({ weights, bias }, i) => {
    tensors.set(`dense.${i}.weight`, { shape: [weights.length / bias.length, bias.length], values: weights });
    tensors.set(`dense.${i}.bias`, { shape: [bias.length], values: bias });
  });
  if (scaler) {
    const shape = [columns.length];
    tensors.set('scaler.factor', { shape, values: scaler.factors });
    tensors.set('scaler.offset', { shape, values: scaler.offsets });
  }
  const manifest = JSON.stringify({
    model_desc: toModelDesc(network.description),
    columns,
    scaler_range: scaler?.range,
    classes,
    label_rules: labelRules,
    details,
  });
  const texts = { format: FORMAT, version: VERSION, manifest, sha256: digest(manifest, tensors) };
  return encodeTensors({ texts, tensors });
}

/**
 * A model of the bytes of a file.
 *
 * @param path what errors call it
 * @throws PipelineError MODEL_FILE_UNUSABLE for anything but an unharmed file of this version
 */
export function decodeModel(bytes: Uint8Array, path = 'the model'): Model {
  try {
    if (bytes.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    return toModel(decodeTensors(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  } catch (error) {
    throw new PipelineError(
      'MODEL_FILE_UNUSABLE',
      { path, reason: (error as Error).message },
      { cause: error },
    );
  }
}

/** Writes a model, whole or not at all. @throws PipelineError, as of a file that cannot be written */
export async function saveModel(path: string, model: Model): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(encodeModel(model));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw toPipelineError(error, { path, access: 'write' });
  }
}

/** @throws PipelineError MODEL_FILE_UNUSABLE, or as of a file that cannot be read */
export async function loadModel(path: string): Promise<Model> {
  let bytes: Buffer | undefined;
  try {
    if ((await stat(path)).size <= MAX_BYTES) bytes = await readFile(path);
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  if (bytes) return decodeModel(bytes, path);
  throw new PipelineError('MODEL_FILE_UNUSABLE', { path, reason: `it is larger than ${MAX_BYTES} bytes` });
}

function digest(manifest: string, tensors: TensorFile['tensors']): string {
  const hash = createHash('sha256').update(manifest);
  for (const [name, { values }] of tensors)
    hash.update(name).update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}

function toModel({ texts, tensors }: TensorFile): Model {
  const { format, version = 'unknown', manifest = '', sha256 } = texts;
  if (format !== FORMAT) throw new Error('it is of another kind');
  if (version !== VERSION) throw new Error(`it is of version ${version.slice(0, 20)}, not ${VERSION}`);
  if (sha256 !== digest(manifest, tensors)) throw new Error('it is damaged: its digest does not fit');
  const fields = Object(JSON.parse(manifest)) as Record<string, unknown>;
  const { columns, classes, details } = fields;
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string'))
    throw new Error('its columns are no names');
  if (classes !== undefined && !(Array.isArray(classes) && classes.every(Number.isFinite)))
    throw new Error('its classes are no numbers');
  const network = new DenseNetwork(describeNetwork(fields.model_desc, columns.length));
  network.setWeights(
    network.layout.dense.map(({ inputs, units }, i) => ({
      weights: take(tensors, `dense.${i}.weight`, Float32Array, [inputs, units]),
      bias: take(tensors, `dense.${i}.bias`, Float32Array, [units]),
    })),
  );
  return {
    network,
    columns,
    scaler: toScaler(fields.scaler_range, tensors, columns.length),
    classes,
    labelRules: fields.label_rules === undefined ? undefined : parseLabelRules(fields.label_rules),
    details: Object(details) as Record<string, unknown>,
  };
}

function toScaler(range: unknown, tensors: TensorFile['tensors'], columns: number): Scaler | undefined {
  if (!tensors.has('scaler.factor')) return undefined;
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);
  if (range !== undefined && !isRange) throw new Error('the range of its scaler is none');
  const scaler = {
    factors: take(tensors, 'scaler.factor', Float64Array, [columns]),
    offsets: take(tensors, 'scaler.offset', Float64Array, [columns]),
    range: range as Scaler['range'],
  };
  if (![...scaler.factors, ...scaler.offsets].every(Number.isFinite))
    throw new Error('its scaler holds what is no number');
  return scaler;
}

function take<T extends Float32Array | Float64Array>(
  tensors: TensorFile['tensors'],
  name: string,
  type: new () => T,
  shape: readonly number[],
): T {
  const tensor = tensors.get(name);
  if (!(tensor?.values instanceof type) || tensor.shape.join() !== shape.join())
    throw new Error(`its ${name} is not of ${shape.join(' x ')} numbers`);
  return tensor.values;
}
