import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { fitMinMax } from '../data/scaler.ts';
import { DenseNetwork } from '../network/dense-network.ts';
import { describeNetwork } from '../network/description.ts';
import { decodeModel, encodeModel, loadModel, type Model, saveModel } from './model-file.ts';
import { decodeTensors, encodeTensors } from './tensor-file.ts';

const table = { values: Float32Array.of(1, 2, 3, 4, 5, 7), rows: 2, columns: 3 };
const unusable = expect.objectContaining({ code: 'MODEL_FILE_UNUSABLE' });

function model(): Model {
  const layers = [
    { num_neurons: 5, init: 'normal', activation: 'relu' },
    { layer_type: 'dropout', rate: 0.25 },
    { num_neurons: 1, init: 'normal', activation: 'sigmoid' },
  ];
  const network = new DenseNetwork(describeNetwork({ layers }, 3));
  network.drawWeights(new RandomState(1));
  return {
    network,
    columns: ['ip_ttl', 'tcp_dport', '__proto__'],
    scaler: fitMinMax(table),
    classes: [0, 1],
    labelRules: { labels: ['not_attack', 'attack'], label_values: [0, 1] },
    details: { accuracy: 0.9, note: 'Grüße' },
  };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model file', () => {
  it('gives back what was saved', async () => {
    const saved = model();
    const path = join(folder, 'one.safetensors');
    await saveModel(path, saved);
    await saveModel(path, saved);
    const { network, ...rest } = await loadModel(path);
    const { network: before, ...wanted } = saved;
    expect(rest).toEqual(wanted);
    expect(network.description).toEqual(before.description);
    expect(network.predict(table)).toEqual(before.predict(table));
    expect(await readdir(folder)).toEqual(['one.safetensors']);
  });

  it('may have no scaler, classes or rules', () => {
    const bare = { ...model(), scaler: undefined, classes: undefined, labelRules: undefined, details: {} };
    expect(decodeModel(encodeModel(bare))).toMatchObject({
      scaler: undefined,
      classes: undefined,
      details: {},
    });
  });

  it('is not written for columns that are not its own', () => {
    expect(() => encodeModel({ ...model(), columns: ['a'] })).toThrow(
      expect.objectContaining({ code: 'TABLE_UNUSABLE' }),
    );
  });

  it('is refused if it was cut or grew, or if any byte changed', () => {
    const bytes = encodeModel(model());
    for (let length = 0; length < bytes.length; length += 3)
      expect(() => decodeModel(bytes.subarray(0, length))).toThrow(unusable);
    expect(() => decodeModel(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(unusable);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 0x10;
      // Padding may be of any white space, which 0x20 ^ 0x10 is not.
      expect(() => decodeModel(changed), `byte ${at}`).toThrow(unusable);
    }
  });

  it('is refused whatever else its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeModel(bytes)).toThrow(unusable);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  const { texts, tensors } = decodeTensors(encodeModel(model()));
  it.each([
    ['of another kind', { ...texts, format: 'x' }],
    ['without a kind', {}],
    ['of another version', { ...texts, version: '2' }],
    ['with another manifest', { ...texts, manifest: '{}' }],
  ])('is refused %s', (_, changed) => {
    expect(() => decodeModel(encodeTensors({ texts: changed, tensors }))).toThrow(unusable);
  });

  it.each([
    ['{"a":1}'],
    ['[]'],
    ['null'],
    ['{"w":{"dtype":"F32","shape":[1e308,1e308],"data_offsets":[0,4]}}'],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'],
    ['{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'],
    ['{"w":{"dtype":"BF16","shape":[1],"data_offsets":[0,4]}}'],
    ['{"w":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}'],
    [
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
    ['['.repeat(100_000)],
  ])('is refused with the header %.80s', (header) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const bytes = Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]);
    expect(() => decodeTensors(bytes)).toThrow(/^its? /);
    expect(() => decodeModel(bytes)).toThrow(unusable);
  });

  it('says what is wrong with it, and where it is', async () => {
    const path = join(folder, 'bad');
    await writeFile(path, 'not a model at all, only some text');
    await expect(loadModel(path)).rejects.toThrow(
      `${path} is no model that can be used: its header is too long`,
    );
    await expect(loadModel(join(folder, 'none'))).rejects.toThrow(
      expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
    );
    await expect(loadModel(folder)).rejects.toThrow(expect.objectContaining({ code: 'FILE_IS_DIRECTORY' }));
  });

  it('is not read if it is huge', async () => {
    const path = join(folder, 'huge');
    await writeFile(path, '');
    await truncate(path, 2 ** 34);
    await expect(loadModel(path)).rejects.toThrow(unusable);
  });

  it('leaves nothing behind where it cannot be written', async () => {
    const path = join(folder, 'no', 'such', 'folder');
    await expect(saveModel(path, model())).rejects.toThrow(
      expect.objectContaining({ name: 'PipelineError' }),
    );
  });
});
