import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { created, job, type Reply, result, startApi } from './support/api.ts';
import { account, antinexAccount, COMMANDS, run } from './support/command.ts';
import { PASSWORD, USER } from './support/hearing.ts';

const folder = mkdtempSync(join(tmpdir(), 'antinex-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileWith = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
};

const REQUEST = fileWith('request.json', { label: 'a model', predict_rows: [{ tcp_seq: 0, ip_len: 40 }] });
const ENV_FILE = fileURLToPath(new URL('../../../envs/antinex-dev.env', import.meta.url));

const PREPARED = {
  id: 3,
  title: 'd',
  status: 'finished',
  full_file: '/data/full.csv',
  clean_file: '/data/clean.csv',
  pipeline_files: ['a.csv', 'b.csv'],
  post_proc: { features_to_process: ['a', 'b', 'c'] },
};
const PREDICTIONS = [
  { _row_idx: 0, label_name: 'not_attack' },
  { _row_idx: 1, label_name: 'attack' },
  { _row_idx: 2, label_name: 'not_attack' },
];
const FINISHED = result(107, {
  status: 'finished',
  acc_data: { accuracy: 83.123 },
  predictions_json: { predictions: PREDICTIONS },
});

/** A job that is done at the second look. */
const working = (): Record<string, Reply | Reply[]> => ({
  'POST /ml/': [201, created(7)],
  'GET /ml/7/': [
    [200, job(7, { status: 'launched' })],
    [200, job(7, { status: 'finished' })],
  ],
  'GET /mlresults/107/': [200, FINISHED],
});

const DONE = `job          7, a model
status       finished
type         classification, predicts label_value
created      2026-01-01 00:00:00
updated      2026-01-01 00:00:01
result       107 of job 7
status       finished
accuracy     83.12 %
predictions  3: 2 not_attack, 1 attack
`;

describe('help', () => {
  it.concurrent.each(COMMANDS)(
    '%s --help has examples, the original’s letters, and loads little',
    async (command) => {
      const { code, stdout, stderr } = await run(command, ['--help'], { tellLoaded: true });
      expect([code, stderr]).toEqual([0, 'loaded: \n']);
      expect(stdout).toContain(`Examples:\n  ${command} `);
      const flags = new Set(stdout.split('Examples:')[0].match(/(?<=\s)--?[a-z][a-z-]*/g));
      for (const flag of stdout.split('Examples:')[1].match(/(?<=\s)--?[a-z][a-z-]*/g) ?? []) {
        expect(flags).toContain(flag);
      }
      const isGet = command.startsWith('ai-get');
      const letters = [
        '-s',
        '-d',
        '-u',
        '-p',
        '-e',
        '-a',
        isGet ? '-i' : '-f',
        ...(isGet ? ['-b', '-c', '-k'] : []),
      ];
      for (const letter of letters) expect(flags).toContain(letter);
      expect(flags.has('-m')).toBe(command === 'ai-env-predict');
    },
  );
});

describe('getting', () => {
  it('a job: by the original’s letters, as text', async () => {
    const api = await startApi({ 'GET /ml/7/': [200, job(7, { title: 'evil \u001b[2J\u009b title' })] });
    const args = ['-u', USER, '-p', PASSWORD, '-e', 'a@b.c', '-a', api.url, '-i', '7', '-s'];
    const { code, stdout, stderr } = await run('ai-get-job', args, { tellLoaded: true });
    expect([code, stderr]).toEqual([0, 'loaded: follow-redirects pino\n']);
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'job          7, evil \\u001b[2J\\u009b title',
      'status       initial',
    ]);
  });

  it('a job: by variables, as JSON, with every request in the log', async () => {
    const api = await startApi({ 'GET /ml/7/': [200, job(7)] });
    const env = { ...account(api.url), JOB_ID: '7', API_DEBUG: 'true' };
    const { code, stdout, stderr } = await run('ai-get-job', ['--json'], { env });
    expect(code).toBe(0);
    const { predict_manifest: _, ...shown } = job(7);
    expect(JSON.parse(stdout)).toMatchObject(shown);
    const logged = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(logged.map(({ request }) => request).filter(Boolean)).toEqual([
      'POST /api-token-auth/',
      'GET /ml/7/',
    ]);
  });

  it('a result and a dataset', async () => {
    const api = await startApi({
      'GET /mlresults/107/': [200, FINISHED],
      'GET /mlprepare/3/': [200, PREPARED],
    });
    const env = { ...antinexAccount(api.url), RESULT_ID: '107', PREPARE_ID: '3', API_VERBOSE: 'false' };
    const [its, prepared] = await Promise.all([
      run('ai-get-results', [], { env }),
      run('ai-get-prepared-dataset', [], { env }),
    ]);
    expect([its.code, its.stderr, its.stdout]).toEqual([0, '', DONE.split('\n').slice(5).join('\n')]);
    expect(prepared).toMatchObject({ code: 0, stderr: '' });
    expect(prepared.stdout).toBe(
      'dataset      3, d\nstatus       finished\nfull         /data/full.csv\nclean        /data/clean.csv\nfiles        2\ncolumns      3\n',
    );
  });

  it('ends with one line that says what is wrong', async () => {
    const api = await startApi({ 'GET /ml/7/': [200, {}] });
    const env = { ...account(api.url), API_VERBOSE: '0' };
    const wrong = { ...env, API_PASSWORD: 'some other s3cret' };
    const ends = await Promise.all([
      run('ai-get-job', ['-i', '7'], { env }),
      run('ai-get-job', ['-i', '7'], { env: wrong }),
      run('ai-get-job', ['-i', 'seven'], { env }),
      run('ai-get-job', []),
      run('ai-get-job', ['-i', '7', '--nonsense'], { env }),
      run('ai-get-job', ['--check', '-i', '7'], { env }),
      run('ai-get-job', ['--print-config', '-i', '7'], { env }),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 2, 2, 2, 0, 0]);
    for (const { stdout, stderr } of ends.slice(0, 5))
      expect([stdout, stderr.split('\n').length]).toEqual(['', 2]);
    expect(ends[0].stderr).toBe('ai-get-job: the user root has no job 7\n');
    expect(ends[1].stderr).toMatch(
      /Unable to log in with provided credentials\.; check user and password\n$/,
    );
    expect(ends[1].stderr).not.toContain('s3cret');
    expect(ends[2].stderr).toContain('--id "seven": must be a whole number');
    expect(ends[3].stderr).toContain(
      'there is no user: set API_USER; there is no password: set API_PASSWORD; which job?',
    );
    expect(ends[5].stdout).toBe('the settings are valid\n');
    expect(ends[6].stdout).toMatch(/^--password +\*\*\* +\(env API_PASSWORD\)$/m);
  });
});

describe('training', () => {
  it('posts a file and waits for its end', async () => {
    const api = await startApi(working());
    const { code, stdout, stderr } = await run('ai-train-dnn', ['-f', REQUEST], { env: account(api.url) });
    expect([code, stdout]).toEqual([0, DONE]);
    expect(stderr).toContain('job 7 is initial');
    expect(stderr).not.toContain('\u001b');
    const { body } = api.asked.find(({ request }) => request === 'POST /ml/')!;
    expect(JSON.parse(body)).toEqual({
      label: 'a model',
      predict_rows: [{ tcp_seq: 0, ip_len: 40 }],
      desc: expect.stringMatching(/^[\da-f-]{36}\/0$/),
    });
  });

  it('fails when the job does, or does not end', async () => {
    const failed = await startApi({ ...working(), 'GET /ml/7/': [200, job(7, { status: 'error' })] });
    const stuck = await startApi({ ...working(), 'GET /ml/7/': [200, job(7, { status: 'launched' })] });
    const ends = await Promise.all([
      run('ai-train-dnn', ['-f', REQUEST, '-s'], { env: account(failed.url) }),
      run('ai-train-dnn', ['-f', REQUEST, '-s', '--launched-wait', '200ms'], { env: account(stuck.url) }),
      run('ai-train-dnn', ['-f', join(folder, 'none.json'), '-s'], { env: account(stuck.url) }),
      run('ai-train-dnn', ['-f', REQUEST], {
        env: account(stuck.url),
        kill: { after: 'job 7 is', signal: 'SIGINT' },
      }),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 1, 130]);
    expect(ends[0].stderr).toBe('ai-train-dnn: the job 7 ended as "error": the API does not say why\n');
    expect(ends[1].stderr).toMatch(/the job 7 is still "launched" after \d+ s; is AntiNex core running\?/);
    expect(ends[2].stderr).toMatch(/none\.json: no such file or directory/);
  });
});

describe('preparing', () => {
  it('posts a file and waits for the dataset', async () => {
    const api = await startApi({
      'POST /mlprepare/': [201, { ...PREPARED, status: 'initial' }],
      'GET /mlprepare/3/': [200, PREPARED],
    });
    const { code, stdout } = await run('ai-prepare-dataset', ['-f', REQUEST, '--json'], {
      env: account(api.url),
    });
    expect([code, JSON.parse(stdout)]).toEqual([0, PREPARED]);
  });
});

describe('predicting', () => {
  const posted = (api: Awaited<ReturnType<typeof startApi>>) =>
    JSON.parse(api.asked.find(({ request }) => request === 'POST /ml/')!.body);

  it('rows of a file, as an env file says', async () => {
    const api = await startApi(working());
    const args = ['--env-file', ENV_FILE, '-f', REQUEST, '--json'];
    const { code, stdout } = await run('ai-env-predict', args, { env: antinexAccount(api.url) });
    expect([code, JSON.parse(stdout).result.predictions_json.predictions]).toEqual([0, PREDICTIONS]);
    const body = posted(api);
    expect(body).toMatchObject({ label: 'Full-Django-AntiNex-Simple-Scaler-DNN', num_splits: 2 });
    expect(body.predict_rows).toEqual([expect.objectContaining({ tcp_seq: 0, ip_len: 40, idx: -1 })]);
  });

  it('rows that are made up, as the original does', async () => {
    const api = await startApi(working());
    const args = ['--env-file', ENV_FILE, '-m', '-s', '--imitate-original'];
    const { code, stdout } = await run('ai-env-predict', args, { env: antinexAccount(api.url) });
    expect([code, stdout]).toEqual([0, DONE]);
    expect(posted(api).predict_rows).toHaveLength(4);
    expect(posted(api).predict_rows[3]).toMatchObject({ tcp_seq: 4, idx: '-1.0', label_value: '-1.0' });
  });

  it('nothing where that is switched off, or there are no rows', async () => {
    const env = antinexAccount('http://127.0.0.1:9');
    const ends = await Promise.all([
      run('ai-env-predict', ['-m'], { env: { ...env, ANTINEX_PUBLISH_ENABLED: '0' } }),
      run('ai-env-predict', [], { env }),
      run('ai-env-predict', ['-f', fileWith('bad.json', { predict_rows: [1] })], { env }),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(ends[0].stderr).toContain('ANTINEX_PUBLISH_ENABLED says that nothing may be sent');
    expect(ends[1].stderr).toContain('which rows?');
    expect(ends[2].stderr).toContain('"predict_rows" must be a list of rows');
  });
});
