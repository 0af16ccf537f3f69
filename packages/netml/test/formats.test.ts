import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { example } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { FEATURE_TYPE_NAMES } from '../src/options/names.ts';
import { readFeatureFile } from '../src/table/feature-file.ts';
import { netml, succeed, verdictsOf } from './netml.ts';

const scratch = useScratch();
const MIXED = example('mixed');
const FORMATS = ['csv', 'ndjson', 'parquet', 'npy'] as const;

describe.each(FORMATS)('%s', (format) => {
  test('extract and train are learn, and classify judges captures and feature files alike', async () => {
    const [feature, model, direct] = [
      scratch(`x.${format}`),
      scratch(`${format}.netml`),
      scratch(`d${format}.netml`),
    ];
    const size = ['--feature-type', 'IAT_SIZE'];
    const extracted = JSON.parse(
      await succeed(['learn', 'extract', '-p', MIXED, '-f', feature, '--json', ...size]),
    );
    const before = readFileSync(feature);
    await succeed(['learn', 'train', '-f', feature, '--algorithm', 'kde', '-m', model]);
    expect(readFileSync(feature).equals(before)).toBe(true);
    await succeed(['learn', '-p', MIXED, '--algorithm', 'kde', '-m', direct, ...size]);
    expect(readFileSync(model).equals(readFileSync(direct))).toBe(true);

    const packets = verdictsOf(await succeed(['classify', '-m', model, '-p', MIXED, '--json']));
    const rows = verdictsOf(await succeed(['classify', '-m', model, '-f', feature, '--json']));
    expect(rows.verdicts).toHaveLength(extracted.flows);
    const scores = ({ verdicts }: typeof rows) => verdicts.map(({ score }) => score).sort((a, b) => a - b);
    expect(scores(rows)).toEqual(scores(packets));
    const flows = ({ verdicts }: typeof rows) =>
      new Set(
        verdicts.map((it) => `${it.source}:${it.source_port} ${it.destination} ${it.protocol} ${it.start}`),
      );
    if (format !== 'npy') expect(flows(rows)).toEqual(flows(packets));
  });
});

test.each(FEATURE_TYPE_NAMES)('%s, with and without --fft and --header', async (type) => {
  for (const how of [[], ['--fft'], ['--header'], ['--fft', '--header']]) {
    const feature = scratch(`${type}${how.join('')}.npy`);
    const extracted = JSON.parse(
      await succeed([
        'learn',
        'extract',
        '-p',
        example('http'),
        '-f',
        feature,
        '--feature-type',
        type,
        ...how,
        '--json',
      ]),
    );
    const { table, recipe } = await readFeatureFile(feature);
    expect(table.matrix).toMatchObject({ rows: extracted.flows, columns: extracted.columns });
    expect(recipe?.shape).toMatchObject({
      type,
      fft: how.includes('--fft'),
      header: how.includes('--header'),
    });
    expect(table.columns[0]).toMatch(
      how.includes('--fft') ? /^fft_/ : how.includes('--header') ? /^fin_packets$/ : /^[a-z]/,
    );
  }
});

test('learn keeps the features, too, if asked', async () => {
  const [feature, alone] = [scratch('both.csv'), scratch('alone.csv')];
  await succeed(['learn', '-p', MIXED, '-f', feature, '-m', scratch('both.netml')]);
  await succeed(['learn', 'extract', '-p', MIXED, '-f', alone]);
  expect(readFileSync(feature, 'utf8')).toBe(readFileSync(alone, 'utf8'));
  expect(readFileSync(`${feature}.json`, 'utf8')).toBe(readFileSync(`${alone}.json`, 'utf8'));
});

test('a table of others can be learned from, for tables', async () => {
  const [feature, model] = [scratch('foreign.csv'), scratch('foreign.netml')];
  const rows = Array.from({ length: 30 }, (_, i) => `${i % 3},${Math.sin(i)},x${i}`.replace(/,x\d+$/, ''));
  writeFileSync(feature, `a,b\n${rows.join('\n')}\n`);
  expect(await succeed(['learn', 'train', '-f', feature, '-m', model])).toMatch(
    /note +.*foreign.csv.json is missing/,
  );
  expect(verdictsOf(await succeed(['classify', '-m', model, '-f', feature, '--json'])).verdicts).toHaveLength(
    30,
  );
  const { code, stderr } = await netml(['classify', '-m', model, '-p', MIXED]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/it does not say how its features are made of packets/),
  });
});

describe('features of another shape', () => {
  const extract = (feature: string, ...how: string[]) =>
    succeed(['learn', 'extract', '-p', MIXED, '-f', feature, ...how]);
  const train = (feature: string, model: string, ...how: string[]) =>
    succeed(['learn', 'train', '-f', feature, '-m', model, '--algorithm', 'if', ...how]);

  test('are refused, or padded and cut if the model says so', async () => {
    const [narrow, wide] = [scratch('narrow.csv'), scratch('wide.csv')];
    await extract(narrow, '--packets', '4');
    await extract(wide, '--packets', '9');
    const [refusing, padding] = [scratch('refusing.netml'), scratch('padding.netml')];
    await train(narrow, refusing);
    await train(narrow, padding, '--other-shapes', 'pad');
    const refused = await netml(['classify', '-m', refusing, '-f', wide]);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'netml: cannot use the rows to score: they have 8 columns, and the model was trained on 3\n',
    });
    const cut = verdictsOf(await succeed(['classify', '-m', padding, '-f', wide, '--json']));
    const whole = verdictsOf(await succeed(['classify', '-m', padding, '-f', narrow, '--json']));
    expect(cut.verdicts.map(({ score }) => score)).toEqual(whole.verdicts.map(({ score }) => score));
  });

  test('of another kind are refused in any case', async () => {
    const [sizes, times, transformed, longer] = ['sizes', 'times', 'fft', 'fft9'].map((name) =>
      scratch(`${name}.npy`),
    );
    await extract(sizes, '--feature-type', 'SIZE', '--packets', '4');
    await extract(times, '--packets', '5');
    await extract(transformed, '--packets', '5', '--fft');
    await extract(longer, '--packets', '9', '--fft');
    const [model, fft] = [scratch('times.netml'), scratch('fft.netml')];
    await train(times, model, '--other-shapes', 'pad');
    await train(transformed, fft, '--other-shapes', 'pad');
    const refusal = async (by: string, feature: string) => {
      const { code, stderr } = await netml(['classify', '-m', by, '-f', feature]);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await refusal(model, sizes)).toMatch(/its features are SIZE, and the model knows IAT\n/);
    expect(await refusal(model, transformed)).toMatch(
      /its features are IAT with --fft, and the model knows IAT\n/,
    );
    expect(await refusal(fft, longer)).toMatch(
      /it has 8 columns and the model 4, and of IAT with --fft none can be cut or padded/,
    );
  });
});

describe('feature files that are none', () => {
  const NPY = (header: string, bytes = 0) => {
    const text = `${header}\n`;
    const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0]);
    return Buffer.concat([prefix, Buffer.from(text), Buffer.alloc(bytes)]);
  };
  test.each<[string, string | Buffer, RegExp]>([
    ['empty.csv', '', /no columns of features/],
    ['head.csv', 'a,b\n', /it has no rows/],
    ['word.csv', 'a,b\n1,2\n3,x\n', /row 2, column b is "x", and features are numbers/],
    ['gap.csv', 'a,b\n1,\n', /row 1, column b is empty/],
    ['short.csv', 'a,b\n1\n', /row 1 has 1 cells, not 2/],
    ['twice.csv', 'a,a\n1,2\n', /two of its columns have one name/],
    ['label.csv', 'a,label\n1,2\n', /the label of row 1 is "2", and not 0 or 1/],
    ['flows.csv', 'source,start\nx,1\n', /no columns of features/],
    ['empty.ndjson', '\n', /no columns of features/],
    ['text.ndjson', 'hello\n', /line 1 is no JSON object/],
    ['list.ndjson', '[1]\n', /line 1 is no JSON object/],
    ['names.ndjson', '{"a":1}\n{"b":1}\n', /line 2 has other names/],
    ['null.ndjson', '{"a":null}\n', /row 1, column a is empty/],
    ['list.ndjson', '{"a":[1,2]}\n', /row 1, column a is 1,2/],
    ['x.parquet', 'no parquet at all', /no Parquet file that can be read/],
    ['cut.parquet', Buffer.from('PAR1\x00\x00\x00\x00\xff\xff\xff\x7fPAR1', 'latin1'), /no Parquet file/],
    ['text.npy', 'no array', /no numpy array/],
    ['cut.npy', NPY("{'descr': '<f8', 'shape': (2, 2), }").subarray(0, 20), /its header is cut off/],
    ['objects.npy', NPY("{'descr': '|O', 'shape': (2, 2), }"), /its numbers are none of <f8/],
    ['few.npy', NPY("{'descr': '<f8', 'shape': (2, 2), }", 8), /it has not the 2 x 2 numbers/],
    ['huge.npy', NPY("{'descr': '<f8', 'shape': (99999999999, 99999), }", 8), /it has not the/],
    ['cube.npy', NPY("{'descr': '<f8', 'shape': (1, 1, 1), }", 8), /no table of rows and columns/],
    ['none.npy', NPY("{'descr': '<f8', 'shape': (0, 3), }"), /it is empty/],
  ])('%s %#', async (name, content, about) => {
    const path = scratch(name);
    writeFileSync(path, content);
    await expect(readFeatureFile(path)).rejects.toMatchObject({
      code: 'FEATURE_FILE_UNUSABLE',
      message: expect.stringMatching(about),
    });
  });

  test('vast.parquet: a few bytes that stand for more than there is room for', async () => {
    const path = scratch('vast.parquet');
    await succeed(['learn', 'extract', '-p', MIXED, '-f', path]);
    const { rows } = (await readFeatureFile(path)).table.matrix;
    const file = readFileSync(path);
    const footerAt = file.length - 8 - file.readUInt32LE(file.length - 8);
    // Numbers of the footer are zigzag varints.
    const varint = (value: number): string =>
      value < 128
        ? String.fromCharCode(value)
        : String.fromCharCode((value % 128) + 128) + varint(Math.floor(value / 128));
    const footer = file.toString('latin1', footerAt, file.length - 8);
    const vast = Buffer.from(footer.replaceAll(varint(2 * rows), varint(2 * 70_000_000)), 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(vast.length);
    writeFileSync(path, Buffer.concat([file.subarray(0, footerAt), vast, length, Buffer.from('PAR1')]));
    await expect(readFeatureFile(path)).rejects.toThrow(/a row group is too large/);
  });

  test('what says how they were made may be wrong, too', async () => {
    const path = scratch('made.csv');
    await succeed(['learn', 'extract', '-p', MIXED, '-f', path, '--packets', '4']);
    const beside = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
    const { shape, flows } = beside;
    for (const [wrong, about] of [
      [{ ...beside, rows: 1 }, /it is about 1 x 3 numbers/],
      [{ ...beside, version: 2 }, /of another kind, or version/],
      [
        { ...beside, shape: { ...shape, packets: 1e15 } },
        /features of its shape have 999999999999999 columns/,
      ],
      [{ ...beside, shape: { ...shape, type: 'X' } }, /the type of its shape is none/],
      [{ ...beside, shape: {} }, /its shape have no type/],
      [{ ...beside, flows: { ...flows, maxFlows: 1 } }, /its flows have an unknown "maxFlows"/],
      [{ ...beside, flows: { ...flows, interval: -1 } }, /the interval of its flows is none/],
      [null, /of another kind/],
    ] as const) {
      writeFileSync(`${path}.json`, JSON.stringify(wrong));
      await expect(readFeatureFile(path)).rejects.toMatchObject({ message: expect.stringMatching(about) });
    }
  });
});

test('arrays of numpy: kinds of numbers, order, and labels beside them', async () => {
  const path = scratch('kinds.npy');
  const write = (file: string, descr: string, shape: string, data: Buffer, order = 'False') => {
    const header = Buffer.alloc(118, ' ');
    header.write(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`);
    writeFileSync(file, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), header, data]));
  };
  const read = async () => [...(await readFeatureFile(path)).table.matrix.values];
  write(path, '<f4', '2, 2', Buffer.from(Float32Array.of(1.5, 2, 3, 4).buffer));
  expect(await read()).toEqual([1.5, 2, 3, 4]);
  write(path, '<f8', '2, 2', Buffer.from(Float64Array.of(1, 2, 3, 4).buffer), 'True');
  expect(await read()).toEqual([1, 3, 2, 4]);
  write(path, '<i8', '3,', Buffer.from(BigInt64Array.of(1n, -2n, 3n).buffer));
  expect(await read()).toEqual([1, -2, 3]);
  const labels = scratch('kinds.labels.npy');
  write(labels, '|u1', '3,', Buffer.from([0, 1, 0]));
  expect([...(await readFeatureFile(path)).table.labels!]).toEqual([0, 1, 0]);
  write(labels, '|u1', '2,', Buffer.from([0, 1]));
  await expect(readFeatureFile(path)).rejects.toThrow(/2 labels for 3 rows/);
  write(labels, '|u1', '3,', Buffer.from([0, 1, 2]));
  await expect(readFeatureFile(path)).rejects.toThrow(/not all labels are 0 or 1/);
});
