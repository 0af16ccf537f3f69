import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { NOVELTY_ALGORITHMS } from '../novelty/catalogue.ts';
import type { Detector } from '../novelty/detector.ts';
import { fitDetector } from '../novelty/fit-detector.ts';
import { decodeDetector, encodeDetector, loadDetector, saveDetector } from './detector-file.ts';
import { encodeManifest } from './manifest-file.ts';
import { decodeTensors, type Tensor } from './tensor-file.ts';

const random = new RandomState(1);
const rows = { values: Float64Array.from({ length: 90 }, () => random.normal() * 100), rows: 30, columns: 3 };
const unusable = expect.objectContaining({ code: 'MODEL_FILE_UNUSABLE' });
const details = { feature_type: 'IAT', fft: false, interval: 5.776507735252384, note: 'Grüße' };
const KIND = { format: 'network-pipeline-detector', version: '1', maxBytes: 512 << 20 };

const fit = (name: string, compat = false) =>
  fitDetector(name, rows, {
    compat,
    columns: ['iat_0', 'iat_1', '__proto__'],
    otherShapes: 'pad',
    parameters: { AE: { epochs: 2 }, IF: { n_estimators: 5 }, GMM: { n_components: 2 } }[name] ?? {},
  });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detectors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The file with its manifest and arrays changed, and a digest that fits. */
function tamper(
  detector: Detector,
  change: (fields: Record<string, unknown>, tensors: Map<string, Tensor>) => void,
): Buffer {
  const { texts, tensors } = decodeTensors(encodeDetector({ detector, details }));
  const fields = JSON.parse(texts.manifest);
  const changed = new Map(tensors);
  change(fields, changed);
  return encodeManifest(KIND, fields, changed);
}

describe.each(NOVELTY_ALGORITHMS.map(({ name }) => name))('a file of %s', (name) => {
  it.each([false, true])('gives back what was saved (compat: %s)', async (compat) => {
    const detector = await fit(name, compat);
    const path = join(folder, `${name}-${compat}`);
    await saveDetector(path, { detector, details });
    const loaded = await loadDetector(path);
    expect(loaded.details).toEqual(details);
    const { scorer: _, ...wanted } = detector.parts;
    const { scorer: __, ...found } = loaded.detector.parts;
    expect(found).toEqual(wanted);
    expect(loaded.detector.score(rows)).toEqual(detector.score(rows));
    expect(loaded.detector.predict(rows)).toEqual(detector.predict(rows));
    expect(encodeDetector(loaded)).toEqual(encodeDetector({ detector, details }));
  });

  it('is refused if it was cut, or if any byte changed', async () => {
    const bytes = encodeDetector({ detector: await fit(name), details });
    const step = Math.ceil(bytes.length / 400);
    for (let at = 0; at < bytes.length; at += step) {
      expect(() => decodeDetector(bytes.subarray(0, at))).toThrow(unusable);
      const changed = Buffer.from(bytes);
      changed[at] ^= 0x10;
      expect(() => decodeDetector(changed), `byte ${at}`).toThrow(unusable);
    }
  });

  it('is refused without any of its arrays, with others, or with what is no number', async () => {
    const detector = await fit(name);
    for (const array of detector.parts.scorer.arrays().keys()) {
      const without = tamper(detector, (_, tensors) => tensors.delete(array));
      expect(() => decodeDetector(without), array).toThrow(unusable);
      const other = tamper(detector, (_, tensors) => {
        const { shape, values } = tensors.get(array)!;
        tensors.set(array, { shape: [...shape, 1], values });
      });
      expect(() => decodeDetector(other), array).toThrow(unusable);
      const wild = tamper(detector, (_, tensors) => {
        const { shape, values } = tensors.get(array)!;
        tensors.set(array, {
          shape,
          values: values.map((_, i) => (i === 0 ? Number.NaN : 1)) as Float64Array,
        });
      });
      expect(() => decodeDetector(wild), array).toThrow(unusable);
    }
  });

  it('scores or is refused, whatever numbers its arrays hold', async () => {
    const detector = await fit(name);
    const arrays = [...detector.parts.scorer.arrays().keys()];
    fc.assert(
      fc.property(
        fc.constantFrom(...arrays),
        fc.nat(),
        fc.constantFrom(-1, 0, 0.5, 1, 2, 1e9, -1e300, Number.MAX_VALUE, 5e-324),
        (array, place, number) => {
          const bytes = tamper(detector, (_, tensors) => {
            const { shape, values } = tensors.get(array)!;
            const changed = values.slice();
            changed[place % changed.length] = number;
            tensors.set(array, { shape, values: changed });
          });
          try {
            expect(decodeDetector(bytes).detector.score(rows)).toHaveLength(30);
          } catch (error) {
            expect(['MODEL_FILE_UNUSABLE', 'TABLE_UNUSABLE']).toContain((error as { code?: string }).code);
          }
        },
      ),
      { seed: 13, numRuns: 150 },
    );
  });
});

describe('a file', () => {
  it('is refused whatever else its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeDetector(bytes)).toThrow(unusable);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  it.each([
    ['algorithm', 'SVM', 'there is no algorithm "SVM"'],
    ['algorithm', undefined, 'there is no algorithm "undefined"'],
    ['algorithm', 'OCSVM', 'there is no parameter "bandwidth"'],
    ['parameters', { bandwidth: -1 }, 'bandwidth must be'],
    ['parameters', null, 'parameters are names with values'],
    ['compat', 1, 'does not say whether its scores are those of netml'],
    ['columns', ['a'], 'its standardiser.mean is not of 1 numbers'],
    ['columns', 'abc', 'its columns are no names'],
    ['otherShapes', 'stretch', 'what is to be done with other columns'],
    ['threshold', null, 'its threshold is no number'],
    ['facts', { rows: 'many' }, 'what it says of itself'],
  ])('with %s %j is refused', async (field, value, text) => {
    const bytes = tamper(await fit('KDE'), (fields) => {
      fields[field] = value;
    });
    expect(() => decodeDetector(bytes, 'x')).toThrow(
      expect.objectContaining({
        code: 'MODEL_FILE_UNUSABLE',
        message: expect.stringMatching(`^x is no model that can be used: .*${text}`),
      }),
    );
  });

  it('with a tree that leads nowhere or round is refused', async () => {
    const detector = await fit('IF');
    const { rights, columns } = Object.fromEntries(
      [...detector.parts.scorer.arrays()].map(([name, { values }]) => [name, values]),
    );
    const inner = columns.findIndex((column) => column >= 0);
    for (const [array, value] of [
      ['rights', inner],
      ['rights', rights.length],
      ['rights', 1.5],
      ['columns', 3],
      ['columns', -2],
      ['tree_starts', 1],
    ] as const) {
      const bytes = tamper(detector, (_, tensors) => {
        const { shape, values } = tensors.get(array)!;
        const changed = values.slice();
        changed[array === 'tree_starts' ? 0 : inner] = value;
        tensors.set(array, { shape, values: changed });
      });
      expect(() => decodeDetector(bytes), `${array} ${value}`).toThrow(/its trees are none/);
    }
  });

  it('of another kind of model is refused', async () => {
    const detector = await fit('KDE');
    const { texts, tensors } = decodeTensors(encodeDetector({ detector, details }));
    const other = encodeManifest(
      { ...KIND, format: 'network-pipeline-model' },
      JSON.parse(texts.manifest),
      tensors,
    );
    expect(() => decodeDetector(other)).toThrow(/it is of another kind/);
    const later = encodeManifest({ ...KIND, version: '2' }, JSON.parse(texts.manifest), tensors);
    expect(() => decodeDetector(later)).toThrow(/it is of version 2, not 1/);
    const path = join(folder, 'netml.dat');
    await writeFile(path, Buffer.from('80049563000000000000008c', 'hex'));
    await expect(loadDetector(path)).rejects.toThrow(unusable);
  });

  it('is not written for more details than one may hold', async () => {
    const detector = await fit('KDE');
    const much = { text: 'x'.repeat(3 << 20) };
    const path = join(folder, 'large');
    await expect(saveDetector(path, { detector, details: much })).rejects.toThrow(
      expect.objectContaining({ code: 'TABLE_UNUSABLE' }),
    );
    expect(await readdir(folder)).not.toContain('large');
    const most = { text: '\u0001"\u{1F600}'.repeat((2 << 20) / 4 / 7) };
    expect(decodeDetector(encodeDetector({ detector, details: most })).details).toEqual(most);
  });
});
