import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import papaparse from 'papaparse';
import { describe, expect, it } from 'vitest';
import { COMPAT, DEFAULT, openEngine, testFolder } from './support/engine.ts';

const request = (more: object = {}) => ({
  title: 't',
  desc: 'd',
  full_file: 'run/full.csv',
  clean_file: 'run/clean.csv',
  meta_suffix: 'metadata.json',
  output_dir: 'run',
  ds_dir: 'recorded',
  ds_glob_path: 'recorded/*/*.csv',
  pipeline_files: [],
  meta_data: {},
  version: 1,
  label_rules: {
    labels: ['not_attack', 'attack'],
    label_values: [0, 1],
    files: { '*attack*': 1, 'normal*': 0 },
  },
  ...more,
});

/** Recorded files in two folders, an engine that reads them, and what it made of them. */
async function recorded() {
  const folder = await testFolder();
  const datasets = join(folder, 'datasets');
  const files = {
    'one/normal.csv':
      'idx,eth_src,ip_len,udp_len,arp_id\n0,02:00:00:00:00:01,5,7,\n1,02:00:00:00:00:01,6,8,\n2,x,6,,\n',
    'two/attack-scan.csv': 'idx,tcp_dport,ip_len,udp_len\n0,80,40,1\n1,81,"4,1",2\n',
    'two/notes.txt': 'no dataset',
    'two/.hidden.csv': 'idx\n9\n',
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(datasets, 'recorded', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
  }
  const dataDir = join(folder, 'data');
  return { folder, datasets, dataDir, engine: await openEngine({ dataDir, datasetDirs: [datasets] }) };
}

const rowsOf = async (path: string) =>
  papaparse.parse<Record<string, string>>((await readFile(path, 'utf8')).trimEnd(), { header: true }).data;

const RECORDED = fileURLToPath(
  new URL('../../../../../shared/golden/antinex/transcripts/24-mlprepare-sync-ok.txt', import.meta.url),
);

describe('a preparation', () => {
  it('that was killed leaves nothing behind once the next engine is open', async () => {
    const dataDir = await testFolder();
    const run = join(dataDir, 'prepared', 'run');
    await mkdir(run, { recursive: true });
    const names = ['full.csv', `full.csv.${randomUUID()}.tmp`, 'mine.tmp'];
    for (const name of names) await writeFile(join(run, name), 'a\n1\n');
    await openEngine({ dataDir });
    expect((await readdir(run)).sort()).toEqual(['full.csv', 'mine.tmp']);
  });

  it('merges files, labels their rows, and cleans them', async () => {
    const { engine, dataDir } = await recorded();
    const told = await engine.prepare(request(), DEFAULT);
    expect(told.pipelineFiles).toEqual(['recorded/one/normal.csv', 'recorded/two/attack-scan.csv']);
    expect(told.fullFile).toBe(join(dataDir, 'prepared/run/full.csv'));
    const full = await rowsOf(told.fullFile);
    expect(full).toHaveLength(5);
    expect(Object.keys(full[0])).toEqual([
      'idx',
      'eth_src',
      'ip_len',
      'udp_len',
      'arp_id',
      'tcp_dport',
      'src_file',
      'label_value',
      'label_name',
    ]);
    expect(full[4]).toMatchObject({ ip_len: '4,1', eth_src: '', label_value: '1', label_name: 'attack' });
    expect(told).toMatchObject({ fullRows: 5, cleanRows: 2 });
    // arp_id is empty and eth_src dropped; the normal rows have no tcp_dport.
    expect(await rowsOf(told.cleanFile)).toEqual([
      { idx: '0', ip_len: '40', udp_len: '1', tcp_dport: '80', label_value: '1', label_name: 'attack' },
      { idx: '1', ip_len: '4,1', udp_len: '2', tcp_dport: '81', label_value: '1', label_name: 'attack' },
    ]);
    const meta = JSON.parse(await readFile(told.cleanMetaFile, 'utf8'));
    expect(meta).toMatchObject({
      clean_file: 'run/clean.csv',
      clean_rows: 2,
      features_to_process: ['idx', 'ip_len', 'udp_len', 'arp_id', 'tcp_dport'],
      feature_to_predict: 'label_value',
    });
    expect(told.cleanMetaFile).toBe(join(dataDir, 'prepared/run/cleaned_metadata.json'));
    expect(JSON.parse(await readFile(told.fullMetaFile, 'utf8')).columns).toEqual(Object.keys(full[0]));
    expect((await readdir(join(dataDir, 'prepared/run'))).sort()).toEqual([
      'clean.csv',
      'cleaned_metadata.json',
      'full.csv',
      'fulldata_metadata.json',
    ]);
  });

  it.each([
    ['keeps rows that lack a value', { keep_nans: true }, 5, ''],
    ['fills what rows lack', { fill_missing: -1 }, 5, '-1'],
  ])('%s when told to', async (_, post_proc, rows, cell) => {
    const { engine } = await recorded();
    const told = await engine.prepare(request({ post_proc }), DEFAULT);
    expect(told.cleanRows).toBe(rows);
    expect((await rowsOf(told.cleanFile))[2]).toMatchObject({ udp_len: cell, label_value: '0' });
  });

  it('makes a dataset to train with, whose columns its metadata names', async () => {
    const { engine } = await recorded();
    await engine.prepare(request({ post_proc: { fill_missing: -1 } }), DEFAULT);
    const training = {
      label: 'prepared',
      csv_file: 'run/clean.csv',
      meta_file: 'run/cleaned_metadata.json',
      epochs: 1,
      num_splits: 2,
      test_size: 0.3,
    };
    expect(engine.problemsOf(training)).toEqual([]);
    const told = await engine.runJob(training, DEFAULT);
    expect(told).toMatchObject({ trained: true, predictedRows: 5 });
    expect(told.predictions[4]).toMatchObject({
      tcp_dport: 81,
      _original_label_value: 1,
      label_name: expect.any(String),
    });
    const absolute = { ...training, label: 'absolute', csv_file: '/opt/antinex/none/clean.csv' };
    await expect(engine.runJob(absolute, DEFAULT)).rejects.toThrow('no dataset folder has such a file');
  });

  it('finds files of an absolute pattern by what is behind ds_dir, and named ones', async () => {
    const { engine } = await recorded();
    const ways = [
      { ds_dir: '/opt/antinex', ds_glob_path: '/opt/antinex/recorded/*/*.csv' },
      { ds_dir: 'x', ds_glob_path: 'recorded/???/*.csv' },
      { pipeline_files: ['recorded/one/normal.csv', '/opt/x/recorded/two/../attack-scan.csv'].slice(0, 1) },
      { pipeline_files: '["recorded/two/attack-scan.csv"]', post_proc: '{"fill_missing":0}' },
    ];
    const counts = [];
    for (const more of ways)
      counts.push(
        (await engine.prepare(request({ ...more, post_proc: { fill_missing: 0 } }), DEFAULT)).pipelineFiles
          .length,
      );
    expect(counts).toEqual([2, 2, 1, 1]);
  });

  it('gives labels at random in compat mode alone, by the seed', async () => {
    const { engine } = await recorded();
    const rules = { set_if_above: 50, labels: ['not_attack', 'attack'], label_values: [0, 1] };
    const labels = async (seed: number) => {
      const { fullFile } = await engine.prepare(request({ label_rules: rules, seed }), COMPAT);
      return (await rowsOf(fullFile)).map((row) => row.label_value).join('');
    };
    expect(await labels(1)).toBe(await labels(1));
    expect(new Set(await Promise.all([1, 2, 3, 4].map(labels))).size).toBeGreaterThan(1);
    expect(engine.prepareProblemsOf(request({ label_rules: rules }))).toEqual([
      { field: 'label_rules.set_if_above', reason: expect.stringContaining('at random') },
    ]);
    await expect(engine.prepare(request({ label_rules: rules }), DEFAULT)).rejects.toThrow('at random');
  });

  it.skipIf(!existsSync(RECORDED))(
    `answers as recorded${existsSync(RECORDED) ? '' : ' (needs ../shared with the recordings)'}`,
    async () => {
      const text = readFileSync(RECORDED, 'utf8');
      const answer = JSON.parse(text.slice(text.indexOf('\n{') + 1, text.lastIndexOf('\n[time')));
      const { features_to_process: features, drop_columns } = answer.post_proc;
      const { engine, datasets } = await recorded();
      // The columns that the recorded files had: those of the answer and the dropped ones but one.
      const own = [...features.slice(0, -2), 'raw_id', 'raw_load', 'raw_hex_field_load', 'pad_load'];
      const columns = [...own, 'eth_dst', 'eth_src', 'ip_dst', 'ip_src'];
      await writeFile(join(datasets, 'rows.csv'), `${columns.join()}\n${columns.map((_, i) => i).join()}\n`);
      const told = await engine.prepare(
        request({
          ds_glob_path: 'rows.csv',
          label_rules: answer.label_rules,
          post_proc: { drop_columns, predict_feature: 'label_name' },
        }),
        COMPAT,
      );
      expect(told.postProc).toEqual(answer.post_proc);
      expect(Object.keys(told.postProc).sort()).toEqual(Object.keys(answer.post_proc).sort());
      expect(told.labelRules).toEqual(answer.label_rules);
    },
  );

  it.each([
    ['a path that leads out', { full_file: '../full.csv' }, /full_file must be/],
    ['no path', { clean_file: '' }, /clean_file must be/],
    ['one path for two files', { clean_file: 'run/full.csv' }, /another file/],
    [
      "a dataset folder's name",
      { clean_file: 'recorded/one/normal.csv' },
      /name of a file in a dataset folder/,
    ],
    ['no files', { ds_glob_path: 'recorded/x*.csv' }, /no dataset folder has files of such names/],
    ['files elsewhere', { ds_glob_path: '../../*' }, /no dataset folder has files of such names/],
    ['a link to elsewhere', { ds_glob_path: 'etc/*' }, /no dataset folder has files of such names/],
    [
      'a named file elsewhere',
      { pipeline_files: ['../../../etc/passwd'] },
      /no dataset folder has such a file/,
    ],
    ['rules that are none', { label_rules: { labels: ['a'] } }, /label_rules must have/],
    ['wrong types', { post_proc: 7, seed: 'x' }, /post_proc must be an object; seed must be/],
    [
      'no rows left',
      {
        post_proc: { drop_columns: ['tcp_dport'] },
        label_rules: {},
        pipeline_files: ['recorded/lacking.csv'],
      },
      /lacks a value/,
    ],
  ])('with %s is refused', async (_, more, message) => {
    const { engine, datasets, dataDir } = await recorded();
    await symlink('/etc', join(datasets, 'etc'));
    await writeFile(join(datasets, 'recorded/lacking.csv'), 'a,b\n1,\n,2\n');
    await expect(engine.prepare(request(more), DEFAULT)).rejects.toThrow(message);
    const made = await readdir(join(dataDir, 'prepared'), { recursive: true }).catch(() => []);
    expect(made.filter((name) => /csv|json|tmp/.test(name))).toEqual([]);
  });

  it('does not grow with what short rows become', async () => {
    const { datasets, dataDir } = await recorded();
    const header = Array.from({ length: 9000 }, (_, i) => `c${i}`).join();
    await writeFile(join(datasets, 'wide.csv'), `${header}\n${'1\n'.repeat(300)}`);
    const engine = await openEngine({ dataDir, datasetDirs: [datasets], limits: { threadMegabytes: 24 } });
    const told = await engine.prepare(
      request({ ds_glob_path: 'wide.csv', post_proc: { keep_nans: true } }),
      DEFAULT,
    );
    expect(told).toMatchObject({ fullRows: 300, cleanRows: 300 });
    await writeFile(join(datasets, 'wide.csv'), `${header}\n${'1\n'.repeat(5000)}`);
    await expect(engine.prepare(request({ ds_glob_path: 'wide.csv' }), DEFAULT)).rejects.toMatchObject({
      code: 'JOB_TOO_LARGE',
    });
  });
});
