import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvOf, DEFAULT, openEngine, testFolder, testRequest, testRows } from './support/engine.ts';

/** Two dataset folders beside a file that is in none. */
async function folders() {
  const folder = await testFolder();
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await mkdir(join(one, 'deep'), { recursive: true });
  await mkdir(two);
  const csv = csvOf(testRows(60));
  await writeFile(join(folder, 'secret.csv'), csv);
  await writeFile(join(one, 'deep', 'rows.csv'), csv);
  await writeFile(join(two, 'other.csv'), csv);
  return { folder, one, two };
}

const request = (more: object) => testRequest({ epochs: 1, predict_rows: undefined, ...more });
const refused = (reason: RegExp) =>
  expect.objectContaining({ code: 'JOB_DATASET_REFUSED', message: expect.stringMatching(reason) });

describe('a dataset', () => {
  it('is found by its path in a dataset folder, and elsewhere by its name', async () => {
    const { one, two } = await folders();
    const engine = await openEngine({ datasetDirs: [one, two, join(one, 'no-such-folder')] });
    const names = [
      'deep/rows.csv',
      'other.csv',
      join(one, 'deep/rows.csv'),
      '/opt/antinex/datasets/v1/other.csv',
    ];
    for (const dataset of names) {
      const told = await engine.runJob(request({ label: dataset, dataset }), DEFAULT);
      expect(told, dataset).toMatchObject({ trained: true, predictedRows: 60 });
    }
    const told = await engine.runJob(request({ csv_file: 'other.csv' }), DEFAULT);
    expect(told.predictedRows).toBe(60);
  });

  it.each([
    ['../secret.csv'],
    ['deep/../../secret.csv'],
    ['/etc/passwd'],
    ['/opt/x/..'],
    ['/'],
    ['.'],
    ['deep'],
    ['link.csv'],
    ['linked/secret.csv'],
    ['no-such.csv'],
    ['a\0b.csv'],
    ['rows.csv'],
    [`${'x'.repeat(4000)}.csv`],
  ])('%j is refused', async (dataset) => {
    const { folder, one } = await folders();
    await symlink(join(folder, 'secret.csv'), join(one, 'link.csv'));
    await symlink(folder, join(one, 'linked'));
    const engine = await openEngine({ datasetDirs: [one] });
    await expect(engine.runJob(request({ dataset }), DEFAULT)).rejects.toEqual(
      refused(/no dataset folder has such a file|leads out of the dataset folders|it is no path/),
    );
  });

  it('is a folder of links, when these stay in it', async () => {
    const { one } = await folders();
    await symlink(join(one, 'deep', 'rows.csv'), join(one, 'link.csv'));
    const engine = await openEngine({ datasetDirs: [one] });
    expect(await engine.runJob(request({ dataset: 'link.csv' }), DEFAULT)).toMatchObject({
      predictedRows: 60,
    });
  });

  const header = 'a,b,c,label_value';
  const body = csvOf(testRows(60)).split('\n').slice(1).join('\n');
  it.each([
    ['nothing', '', /it has no rows/],
    ['a header alone', `${header}\n`, /it has no rows/],
    ['none of the columns', 'x,y\n1,2\n', /none of the columns/],
    ['too many cells', `${header}\n1,2,3,0,9\n`, /row 1 has 5 cells, and the header 4/],
    ['an open quote', `${header}\n"1,2,3,0\n1,2,3,0\n`, /no CSV/],
    ['a record without an end', `${header}\n"${'x'.repeat(2 << 20)}`, /longer than 1 MB/],
    ['bytes', Buffer.from([0, 1, 2, 255, 254, 10, 0, 0, 10]), /none of the columns/],
  ])('of %s is refused', async (_, content, reason) => {
    const folder = await testFolder();
    await writeFile(join(folder, 'rows.csv'), content);
    const engine = await openEngine({ datasetDirs: [folder] });
    await expect(engine.runJob(request({ dataset: 'rows.csv' }), DEFAULT)).rejects.toEqual(refused(reason));
  });

  it('may have a byte order mark, quotes, Windows line ends, short rows and other columns', async () => {
    const folder = await testFolder();
    const text = `\ufeff${header},note\n${body}`.replaceAll('\n', '\r\n');
    await writeFile(join(folder, 'rows.csv'), `${text}"1",2,,0,"line\nbreak, ""quoted"""\r\n3,4\r\n`);
    const engine = await openEngine({ datasetDirs: [folder] });
    const { predictions } = await engine.runJob(request({ dataset: 'rows.csv' }), DEFAULT);
    expect(predictions).toHaveLength(62);
    expect(predictions[60]).toMatchObject({ a: 1, b: 2, c: null, _scaled_c: -1, _original_label_value: 0 });
    expect(predictions[61]).toMatchObject({ a: 3, _original_label_value: 'missing-from-dataset' });
  });

  it('may have text where numbers should be, which is told', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'rows.csv'), `${header}\n${body}1,192.0.2.1,3,attack\n1,1e999,3,0\n`);
    const engine = await openEngine({ datasetDirs: [folder] });
    const { accData, predictions } = await engine.runJob(request({ dataset: 'rows.csv' }), DEFAULT);
    expect(accData.not_numbers).toEqual({ b: 2 });
    expect(predictions[60]).toMatchObject({ b: null, _original_label_value: 1 });
  });

  it('without the predicted column has nothing to learn from', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'rows.csv'), csvOf(testRows(60).map(({ label_value: _, ...row }) => row)));
    const engine = await openEngine({ datasetDirs: [folder] });
    await expect(engine.runJob(request({ dataset: 'rows.csv' }), DEFAULT)).rejects.toThrow(/label_value/);
  });

  it('is predicted by a model that is there', async () => {
    const { one } = await folders();
    const engine = await openEngine({ datasetDirs: [one] });
    const trained = await engine.runJob(request({ dataset: 'deep/rows.csv' }), DEFAULT);
    const told = await engine.runJob(request({ dataset: 'deep/rows.csv' }), DEFAULT);
    expect(told.trained).toBe(false);
    expect(told.predictionsJson).toBe(trained.predictionsJson);
  });

  it('larger than files may be is refused at once', async () => {
    const { one } = await folders();
    const engine = await openEngine({ datasetDirs: [one], limits: { fileBytes: 100 } });
    await expect(engine.runJob(request({ dataset: 'deep/rows.csv' }), DEFAULT)).rejects.toMatchObject({
      code: 'JOB_TOO_LARGE',
    });
  });

  it('of more rows than there may be is read no further', async () => {
    const { one } = await folders();
    const engine = await openEngine({ datasetDirs: [one], limits: { rows: 59 } });
    await expect(engine.runJob(request({ dataset: 'deep/rows.csv' }), DEFAULT)).rejects.toThrow(
      'more than 59 rows',
    );
  });
});
