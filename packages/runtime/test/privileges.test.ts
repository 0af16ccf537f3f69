import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('drop-privileges.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../dist/privileges.js', import.meta.url));

const NO_CAPABILITY = { CapPrm: ['0000000000000000'], CapEff: ['0000000000000000'] };
const NOBODY = '65534';
const AMBIENT_NET_RAW = ['--inh-caps=+net_raw', '--ambient-caps=+net_raw'];
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

/** Why these tests cannot run here, or null. */
function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'needs root';
  if (spawnSync('setpriv', [...AMBIENT_NET_RAW, 'true']).status !== 0) return 'needs setpriv and CAP_NET_RAW';
  return null;
}

interface Run {
  readonly user?: string;
  readonly seteuid?: number;
  readonly clear?: 'fails' | 'does nothing';
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: readonly string[];
}

/** Runs drop-privileges.mjs, as root unless `before` changes that, and returns what it printed. */
function drop({ env = {}, before = [], ...options }: Run) {
  const [program, ...args] = [...before, process.execPath, PROGRAM, JSON.stringify(options)];
  const { PATH, HOME } = process.env;
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8', env: { PATH, HOME, ...env } }));
}

const skipped = whyNot();

/** The repository may lie where nobody else may read. */
const seesRepository =
  skipped === null && spawnSync('setpriv', [...AS_NOBODY.slice(1), 'test', '-r', BUILT]).status === 0;

describe.skipIf(skipped !== null)(`dropPrivileges in a process of its own (${skipped ?? 'as root'})`, () => {
  beforeAll(() => {
    if (!existsSync(BUILT)) throw new Error('run `npm run build` first: this test runs the built package');
  });

  it('leaves nothing of root in any thread, and there is no way back', () => {
    const { dropped, kernel, stuck, home } = drop({});
    expect(dropped).toMatchObject({ user: 'nobody', from: 'nobody', capabilities: 'cleared' });
    const { uid, gid } = dropped;
    expect(kernel).toEqual({
      Uid: [`${uid}\t${uid}\t${uid}\t${uid}`],
      Gid: [`${gid}\t${gid}\t${gid}\t${gid}`],
      Groups: [`${gid}`],
      ...NO_CAPABILITY,
      CapAmb: ['0000000000000000'],
    });
    expect(stuck).toEqual([true, true, true, true]);
    expect(home).toBe(process.env.HOME);
  });

  it('becomes the user who called sudo', () => {
    const env = { SUDO_USER: 'alice', SUDO_UID: '12345', SUDO_GID: '12346' };
    const { dropped, kernel } = drop({ env });
    expect(dropped).toMatchObject({ user: 'alice', uid: 12345, gid: 12346, from: 'sudo' });
    expect(kernel).toMatchObject({ Groups: ['12346'], ...NO_CAPABILITY });
  });

  it('becomes the user asked for, without its further groups', () => {
    const { dropped, kernel } = drop({ user: 'daemon', env: { SUDO_UID: '12345', SUDO_GID: '12345' } });
    expect(dropped).toMatchObject({ user: 'daemon', from: 'option' });
    expect(kernel).toMatchObject({ Groups: [`${dropped.gid}`], ...NO_CAPABILITY });
  });

  it('does so when root is only the real user', () => {
    const { dropped, kernel } = drop({ seteuid: Number(NOBODY), user: 'daemon' });
    const { uid } = dropped;
    expect(kernel).toMatchObject({ Uid: [`${uid}\t${uid}\t${uid}\t${uid}`], ...NO_CAPABILITY });
  });

  it('does so when capabilities were to survive the change of user', () => {
    const { kernel } = drop({ before: ['setpriv', ...AMBIENT_NET_RAW] });
    expect(kernel).toMatchObject({ ...NO_CAPABILITY, CapAmb: ['0000000000000000'] });
  });

  it.each([
    ['the change of user is not allowed', ['setpriv', '--bounding-set=-setuid'], /become the user nobody/],
    ['groups may not be changed', ['setpriv', '--bounding-set=-setgid'], /become the user nobody/],
    [
      'capabilities outlive the change of user',
      ['setpriv', '--securebits=+no_setuid_fixup'],
      /capabilities are left|become root again/,
    ],
  ])('throws when %s', (_what, before, about) => {
    const { error } = drop({ before });
    expect(error.code).toBe('PRIVILEGES_NOT_DROPPED');
    expect(error.message).toMatch(about);
    expect(error.hint).toContain('CAP_NET_RAW');
  });

  it('throws for a user that does not exist', () => {
    expect(drop({ user: 'nemo' }).error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: '--user nemo: there is no such user',
    });
  });

  describe.skipIf(!seesRepository)('without root (needs a repository that nobody may read)', () => {
    it('has nothing to drop', () => {
      const { dropped } = drop({ before: [...AS_NOBODY, '--inh-caps=-all'] });
      expect(dropped).toMatchObject({ uid: 65534, from: 'unchanged', capabilities: 'none' });
    });

    const ambient = [...AS_NOBODY, ...AMBIENT_NET_RAW];

    it('says that capabilities are kept when nothing can clear them', () => {
      const { dropped, kernel } = drop({ before: ambient });
      expect(dropped).toMatchObject({ from: 'unchanged', capabilities: 'kept' });
      expect(kernel.CapEff).toEqual(['0000000000002000']);
    });

    it.each([
      ['fails', 'cannot give up privileges: cannot clear the capabilities: not today'],
      ['does nothing', 'cannot give up privileges: some capabilities are left'],
    ] as const)('throws when clearing them %s', (clear, message) => {
      expect(drop({ before: ambient, clear }).error).toMatchObject({
        code: 'PRIVILEGES_NOT_DROPPED',
        message,
      });
    });

    it('cannot become another user', () => {
      expect(drop({ before: ambient, user: 'daemon' }).error).toMatchObject({
        code: 'CONFIG_INVALID',
        message: '--user daemon: only root can become another user',
      });
      expect(drop({ before: ambient, user: NOBODY }).dropped).toMatchObject({ from: 'unchanged' });
    });
  });
});
