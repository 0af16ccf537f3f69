/** Arrays with names and shapes, and texts about them, as a safetensors file holds them. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

export interface TensorFile {
  readonly texts: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

interface TensorHeader {
  readonly dtype: 'F32' | 'F64';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [from: number, to: number];
}

const LENGTH_BYTES = 8;
export const MAX_HEADER_BYTES = 16 << 20;
const MAX_TENSORS = 1024;
const MAX_ELEMENTS = 1 << 28;

/** The bytes of a safetensors file: the length of a JSON header, the header, the arrays. */
export function encodeTensors({ texts, tensors }: TensorFile): Buffer {
  const header: Record<string, unknown> = { __metadata__: texts };
  const parts: Buffer[] = [];
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const dtype = values instanceof Float32Array ? 'F32' : 'F64';
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((LENGTH_BYTES - (json.length % LENGTH_BYTES)) % LENGTH_BYTES, ' ');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  return Buffer.concat([length, json, padding, ...parts]);
}

/** @throws Error, saying what is wrong, for bytes that are no such file */
export function decodeTensors(bytes: Buffer): TensorFile {
  if (bytes.length < LENGTH_BYTES) throw new Error('it is too short');
  const headerBytes = bytes.readBigUInt64LE();
  if (headerBytes > BigInt(Math.min(MAX_HEADER_BYTES, bytes.length - LENGTH_BYTES)))
    throw new Error('its header is too long');
  const dataAt = LENGTH_BYTES + Number(headerBytes);
  const header = parseObject(bytes.toString('utf8', LENGTH_BYTES, dataAt));
  const { __metadata__: texts = {}, ...entries } = header;
  if (!isTexts(texts)) throw new Error('its texts are none');
  const names = Object.keys(entries);
  if (names.length > MAX_TENSORS) throw new Error('it has too many arrays');
  const data = bytes.subarray(dataAt);
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const name of names) {
    const entry = entries[name];
    if (!isTensorHeader(entry)) throw new Error(`its array ${tensors.size} is described wrongly`);
    const tensor = readTensor(entry, data);
    // In order and without gaps, so that no byte is read twice.
    if (tensor === undefined || entry.data_offsets[0] !== end) throw new Error('its arrays do not fit');
    end = entry.data_offsets[1];
    tensors.set(name, tensor);
  }
  if (end !== data.length) throw new Error('it is too long or cut off');
  return { texts, tensors };
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error('its header is not JSON');
  }
  if (!isObject(value)) throw new Error('its header is no object');
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((text) => typeof text === 'string');

function isTensorHeader(value: unknown): value is TensorHeader {
  if (!isObject(value)) return false;
  const { dtype, shape, data_offsets } = value;
  const areCounts = (list: unknown) =>
    Array.isArray(list) && list.length <= 8 && list.every((item) => Number.isSafeInteger(item) && item >= 0);
  const isKnown = dtype === 'F32' || dtype === 'F64';
  return isKnown && areCounts(shape) && areCounts(data_offsets) && (data_offsets as unknown[]).length === 2;
}

function readTensor({ dtype, shape, data_offsets: [from, to] }: TensorHeader, data: Buffer) {
  const elements = shape.reduce((product, size) => Math.min(product * size, MAX_ELEMENTS), 1);
  const ArrayType = dtype === 'F32' ? Float32Array : Float64Array;
  if (to > data.length || to - from !== elements * ArrayType.BYTES_PER_ELEMENT) return undefined;
  return { shape, values: new ArrayType(new Uint8Array(data.subarray(from, to)).buffer) };
}
