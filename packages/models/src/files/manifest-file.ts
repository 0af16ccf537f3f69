import { createHash } from 'node:crypto';
import { PipelineError } from '@antinex/runtime';
import { decodeTensors, encodeTensors, MAX_HEADER_BYTES, type TensorFile } from './tensor-file.ts';
import { tooLarge } from './whole-file.ts';

/** A kind of model file: safetensors with a manifest among its texts, and a digest over both. */
export interface FileKind {
  readonly format: string;
  readonly version: string;
  readonly maxBytes: number;
}

/** Characters, each of which may take several bytes of a header and another one to quote it. */
const MAX_MANIFEST = MAX_HEADER_BYTES / 8;

export type Manifest = Readonly<Record<string, unknown>>;
export type Tensors = TensorFile['tensors'];

/** @throws PipelineError TABLE_UNUSABLE for what would be larger than such a file may be */
export function encodeManifest(kind: FileKind, fields: Manifest, tensors: Tensors): Buffer {
  const { format, version, maxBytes } = kind;
  const manifest = JSON.stringify(fields);
  let bytes = 0;
  for (const { values } of tensors.values()) bytes += values.byteLength;
  const unusable = (reason: string) => new PipelineError('TABLE_UNUSABLE', { what: 'the model', reason });
  if (manifest.length > MAX_MANIFEST) throw unusable(`its details take ${manifest.length} characters`);
  if (bytes > maxBytes - MAX_HEADER_BYTES)
    throw unusable(`it would take ${bytes} bytes, more than a file of it may have; train on fewer rows`);
  return encodeTensors({ texts: { format, version, manifest, sha256: digest(manifest, tensors) }, tensors });
}

/**
 * What `read` makes of the manifest and the arrays of a file's bytes.
 *
 * @param path what errors call it
 * @param read may throw any Error that says what is wrong
 * @throws PipelineError MODEL_FILE_UNUSABLE for anything but an unharmed file of this kind
 */
export function decodeManifest<T>(
  kind: FileKind,
  bytes: Uint8Array,
  path: string,
  read: (fields: Manifest, tensors: Tensors) => T,
): T {
  try {
    if (bytes.length > kind.maxBytes) throw new Error(tooLarge(kind.maxBytes));
    const { texts, tensors } = decodeTensors(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const { format, version = 'unknown', manifest = '', sha256 } = texts;
    if (format !== kind.format) throw new Error('it is of another kind');
    if (version !== kind.version)
      throw new Error(`it is of version ${version.slice(0, 20)}, not ${kind.version}`);
    if (sha256 !== digest(manifest, tensors)) throw new Error('it is damaged: its digest does not fit');
    return read(Object(JSON.parse(manifest)) as Manifest, tensors);
  } catch (error) {
    throw new PipelineError(
      'MODEL_FILE_UNUSABLE',
      { path, reason: (error as Error).message },
      { cause: error },
    );
  }
}

function digest(manifest: string, tensors: Tensors): string {
  const hash = createHash('sha256').update(manifest);
  for (const [name, { values }] of tensors)
    hash.update(name).update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}

/**
 * The array of a name.
 *
 * @param shape its sizes; undefined for any size from 1 on
 * @throws Error
 */
export function takeTensor<T extends Float32Array | Float64Array>(
  tensors: Tensors,
  name: string,
  type: new () => T,
  shape: readonly (number | undefined)[],
): { readonly shape: readonly number[]; readonly values: T } {
  const tensor = tensors.get(name);
  const fits =
    tensor?.shape.length === shape.length &&
    shape.every((size, i) => (size === undefined ? tensor.shape[i] >= 1 : tensor.shape[i] === size));
  if (!(fits && tensor.values instanceof type))
    throw new Error(`its ${name} is not of ${shape.map((size) => size ?? 'any').join(' x ')} numbers`);
  return { shape: tensor.shape, values: tensor.values };
}
