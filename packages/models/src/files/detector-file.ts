import type { Standardiser } from '../data/standardiser.ts';
import type { Facts, SavedArrays } from '../novelty/algorithm.ts';
import { findAlgorithm } from '../novelty/catalogue.ts';
import { Detector, OTHER_SHAPES, type OtherShapes } from '../novelty/detector.ts';
import { readParameters } from '../novelty/parameters.ts';
import { decodeManifest, encodeManifest, type Manifest, type Tensors, takeTensor } from './manifest-file.ts';
import type { Tensor } from './tensor-file.ts';
import { readWhole, writeWhole } from './whole-file.ts';

/** A fitted detector and what its rows have to be made of. */
export interface SavedDetector {
  readonly detector: Detector;
  /** What else is to be kept, as how features were made and how good it was: JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

const KIND = { format: 'network-pipeline-detector', version: '1', maxBytes: 512 << 20 };

/**
 * A detector as a safetensors file; its manifest is among the texts, with a digest over it and the arrays.
 *
 * @throws PipelineError TABLE_UNUSABLE for one that is too large
 */
export function encodeDetector({ detector, details }: SavedDetector): Buffer {
  const { parameters, compat, columns, otherShapes, standardiser, scorer, threshold, facts } = detector.parts;
  const tensors = new Map<string, Tensor>(scorer.arrays());
  if (standardiser) {
    const shape = [columns.length];
    tensors.set('standardiser.mean', { shape, values: standardiser.means });
    tensors.set('standardiser.deviation', { shape, values: standardiser.deviations });
  }
  const { algorithm } = detector;
  const fields = { algorithm, parameters, compat, columns, otherShapes, threshold, facts, details };
  return encodeManifest(KIND, fields, tensors);
}

/**
 * A detector of the bytes of a file.
 *
 * @param path what errors call it
 * @throws PipelineError MODEL_FILE_UNUSABLE for anything but an unharmed file of this version
 */
export const decodeDetector = (bytes: Uint8Array, path = 'the model'): SavedDetector =>
  decodeManifest(KIND, bytes, path, toDetector);

/** Writes a detector, whole or not at all. @throws PipelineError, as of a file that cannot be written */
export const saveDetector = async (path: string, saved: SavedDetector): Promise<void> =>
  writeWhole(path, encodeDetector(saved));

/** @throws PipelineError MODEL_FILE_UNUSABLE, or as of a file that cannot be read */
export const loadDetector = async (path: string): Promise<SavedDetector> =>
  decodeDetector(await readWhole(path, KIND.maxBytes), path);

function toDetector(fields: Manifest, tensors: Tensors): SavedDetector {
  const { columns, compat, otherShapes, threshold, details } = fields;
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string'))
    throw new Error('its columns are no names');
  if (typeof compat !== 'boolean') throw new Error('it does not say whether its scores are those of netml');
  if (!OTHER_SHAPES.includes(otherShapes as OtherShapes))
    throw new Error('it does not say what is to be done with other columns');
  if (!Number.isFinite(threshold)) throw new Error('its threshold is no number');
  const algorithm = findAlgorithm(String(fields.algorithm));
  const values = readParameters(algorithm.name, algorithm.parameters, fields.parameters, compat);
  const detector = new Detector({
    algorithm,
    parameters: values,
    compat,
    columns,
    otherShapes: otherShapes as OtherShapes,
    standardiser: toStandardiser(tensors, columns.length),
    scorer: algorithm.restore(savedArrays(tensors), { columns: columns.length, compat, values }),
    threshold: threshold as number,
    facts: toFacts(fields.facts),
  });
  return { detector, details: Object(details) as SavedDetector['details'] };
}

function savedArrays(tensors: Tensors): SavedArrays {
  const finite = <T extends Float32Array | Float64Array>(
    name: string,
    type: new () => T,
    shape: readonly (number | undefined)[],
  ) => {
    const tensor = takeTensor(tensors, name, type, shape);
    if (!tensor.values.every(Number.isFinite)) throw new Error(`its ${name} holds what is no number`);
    return tensor;
  };
  return {
    take: (name, shape) => finite(name, Float64Array, shape),
    takeFloats: (name, shape) => finite(name, Float32Array, shape),
  };
}

function toStandardiser(tensors: Tensors, columns: number): Standardiser | undefined {
  if (!tensors.has('standardiser.mean')) return undefined;
  const { take } = savedArrays(tensors);
  const means = take('standardiser.mean', [columns]).values;
  const deviations = take('standardiser.deviation', [columns]).values;
  if (!deviations.every((deviation) => deviation > 0)) throw new Error('its deviations are none');
  return { means, deviations };
}

function toFacts(facts: unknown): Facts {
  const isFacts = Object.values(Object(facts)).every(
    (fact) => Number.isFinite(fact) || typeof fact === 'boolean',
  );
  if (isFacts) return Object(facts) as Facts;
  throw new Error('what it says of itself is neither numbers nor true or false');
}
