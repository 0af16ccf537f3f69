import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AntinexClient } from '@antinex/antinex-client';
import { describe, expect, it } from 'vitest';
import { Program } from './support/program.ts';
import { ask, longJob, makeFolder, PASSWORD, smallJob, USER } from './support/server.ts';

const ACCOUNT = { ANTINEX_USER: USER, ANTINEX_PASSWORD: PASSWORD };
const serve = (dataDir: string, args: readonly string[] = [], env: Record<string, string> = ACCOUNT) =>
  new Program(['--port', '0', '--data', dataDir, '--json', ...args], env);
const clientOf = async (program: Program, user = USER, password = PASSWORD) =>
  new AntinexClient({ url: await program.url(), user, password, retries: 0 });

describe('jobs outlive the server', () => {
  it('that was killed: what ran is run again, what waited is run, and ids go on', async () => {
    const folder = makeFolder();
    const first = serve(folder, ['--answer-within', '0']);
    const client = await clientOf(first);
    // Long enough to be killed in, short enough to be waited for.
    const running = await client.createJob({ ...longJob('Runs'), epochs: 60 });
    const waiting = await client.createJob(smallJob('Waits'));
    await expect.poll(async () => (await client.getJob(running.job.id)).status).toBe('started');
    expect((await first.end('SIGKILL')).signal).toBe('SIGKILL');

    const second = serve(folder, ['--answer-within', '0']);
    const again = await clientOf(second);
    const ended = await again.waitForJob(running.job.id);
    const other = await again.waitForJob(waiting.job.id);
    expect([ended.job.status, other.job.status]).toEqual(['finished', 'finished']);
    const { predictions } = ended.result.predictions_json as { predictions: unknown[] };
    expect(predictions).toHaveLength(longJob('').predict_rows.length);
    expect((await again.createJob(smallJob('Next'))).job.id).toBe(waiting.job.id + 1);
    expect((await again.listJobs()).length).toBe(3);
    expect((await second.end('SIGTERM')).code).toBe(0);
  });

  it('that was told to end: it ends soon, with 0, and leaves the rest', async () => {
    const folder = makeFolder();
    const first = serve(folder, ['--answer-within', '0', '--drain', '300ms']);
    const client = await clientOf(first);
    const jobs = [
      await client.createJob({ ...longJob('Runs'), epochs: 20_000 }),
      await client.createJob(smallJob('Waits')),
    ];
    const start = performance.now();
    const { code, stderr } = await first.end('SIGTERM');
    expect([code, performance.now() - start < 8000]).toEqual([0, true]);
    expect(stderr).not.toMatch(/failed|unexpected/);
    const second = serve(folder, ['--answer-within', '0']);
    const again = await clientOf(second);
    const statuses = await Promise.all(jobs.map(async ({ job }) => (await again.getJob(job.id)).status));
    expect(statuses[1]).toBe('initial');
    expect(['initial', 'started']).toContain(statuses[0]);
    await second.end('SIGKILL');
  });

  it('requests that wait are answered before the end', async () => {
    const program = serve(makeFolder(), ['--answer-within', '60s', '--drain', '200ms']);
    const client = await clientOf(program);
    const [running, waiting] = [client.createJob(longJob('Runs')), client.createJob(smallJob('Waits'))];
    const url = await program.url();
    await expect
      .poll(async () => (await ask(url, 'GET', '/metrics', {})).text)
      .toContain('antinex_server_waiting 1');
    const ended = program.end('SIGTERM');
    expect([(await running).job.status, (await waiting).job.status].sort()).toEqual(['initial', 'initial']);
    expect((await ended).code).toBe(0);
  });
});

describe('the program', () => {
  it('is alone in its folder', async () => {
    const folder = makeFolder();
    const first = serve(folder);
    await first.url();
    const { code, stderr } = await serve(folder).end();
    expect([code, stderr.trim().split('\n')]).toEqual([
      1,
      [
        `antinex-server: another antinex-server uses the folder ${folder}; end it, or give each server a folder of its own with --data`,
      ],
    ]);
    expect((await first.end('SIGTERM')).code).toBe(0);
    const third = serve(folder);
    await third.url();
    expect((await third.end('SIGINT')).code).toBe(0);
  });

  it('keeps its secrets where nobody else can read them', async () => {
    const folder = join(makeFolder(), 'new', 'data');
    const program = serve(folder);
    await program.url();
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect([mode(folder), mode(join(folder, 'secret-key'))]).toEqual([0o700, 0o600]);
    expect((await program.end('SIGTERM')).stderr).not.toContain(PASSWORD);
  });

  it('makes up a password once, where only this host can use it', async () => {
    const folder = makeFolder();
    const first = serve(folder, [], {});
    await first.url();
    const password = /the password of root is (\S+)\n/.exec(first.stderr)![1];
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect((await (await clientOf(first, 'root', password)).whoAmI()).username).toBe('root');
    await first.end('SIGTERM');
    const second = serve(folder, [], {});
    expect((await (await clientOf(second, 'root', password)).whoAmI()).username).toBe('root');
    expect((await second.end('SIGTERM')).stderr).not.toContain('password');
  });

  it('takes a new password for its user, and all that a password may hold', async () => {
    const folder = makeFolder();
    const odd = 'p@ss/w:0rd "ü" #$&+\\x';
    const first = serve(folder);
    await first.url();
    await first.end('SIGTERM');
    const second = serve(folder, [], { ANTINEX_USER: USER, ANTINEX_PASSWORD: odd, ANTINEX_EMAIL: '123321' });
    expect((await (await clientOf(second, USER, odd)).whoAmI()).username).toBe(USER);
    await expect((await clientOf(second)).whoAmI()).rejects.toMatchObject({ code: 'ANTINEX_LOGIN_REFUSED' });
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no password for other hosts', ['--host', '0.0.0.0'], {}, /ANTINEX_PASSWORD must be set/],
    [
      'the password of the example',
      ['--host', '0.0.0.0'],
      ACCOUNT,
      /env ANTINEX_PASSWORD: must have at least 8/,
    ],
    ['the same for IPv6', ['--host', '::'], ACCOUNT, /at least 8/],
    ['a short key', [], { DJANGO_SECRET_KEY: 'supersecret' }, /env DJANGO_SECRET_KEY: must have at least 32/],
    ['a name with a line break', [], { ANTINEX_USER: 'a\nb' }, /the user must be one line/],
    [
      'a port that is none',
      ['--port', '70000'],
      {},
      /--port "70000": must be a whole number from 0 to 65535/,
    ],
  ])('refuses %s', async (_, args, env, text) => {
    const program = new Program(['--data', makeFolder(), '--port', '0', ...args], env);
    const { code, stderr } = await program.end();
    expect([code, stderr]).toEqual([2, expect.stringMatching(text)]);
    expect(stderr).not.toContain('supersecret');
  });

  it('says when it cannot listen, or use its folder', async () => {
    const first = serve(makeFolder());
    const { port } = new URL(await first.url());
    const second = await new Program(['--data', makeFolder(), '--port', port], ACCOUNT).end();
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`cannot listen on 127.0.0.1:${port}: address already in use`),
    ]);
    const third = await new Program(['--data', '/etc/passwd/data', '--port', '0'], ACCOUNT).end();
    expect([third.code, third.stderr]).toEqual([1, expect.stringContaining('antinex-server: ')]);
    expect(third.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('serves other hosts with a password that was chosen; then not everybody makes users', async () => {
    const program = serve(makeFolder(), ['--host', '0.0.0.0'], { ANTINEX_PASSWORD: 'a chosen one' });
    const url = (await program.url()).replace('0.0.0.0', '127.0.0.1');
    const body = { username: 'x', password: 'abcdef', email: 'a@b.co' };
    expect((await ask(url, 'POST', '/users/', { body })).status).toBe(401);
    expect((await ask(url, 'GET', '/', { headers: { host: 'antinex.example' } })).status).toBe(200);
  });

  it('answers at once where CELERY_ENABLED says so', async () => {
    const program = serve(makeFolder(), [], { ...ACCOUNT, CELERY_ENABLED: '1' });
    const { job } = await (await clientOf(program)).createJob(smallJob('Celery'));
    expect(job.status).toBe('initial');
  });

  it('has a help with examples whose flags there are', async () => {
    const { code, stdout, stderr } = await new Program(['--help']).end();
    expect([code, stderr]).toEqual([0, '']);
    const [flags, examples] = stdout.split('Examples:');
    const known = new Set(flags.match(/(?<=\s)--[a-z][a-z-]*/g));
    for (const flag of examples.match(/(?<=\s)--[a-z][a-z-]*/g) ?? []) expect(known).toContain(flag);
    const config = await new Program(['--print-config', '--data', '/nowhere'], {
      ANTINEX_PASSWORD: 'hunter22',
    }).end();
    expect([config.code, config.stdout.includes('hunter22')]).toEqual([0, false]);
    expect((await new Program(['--check'], ACCOUNT).end()).stdout).toBe('the settings are valid\n');
  });
});
