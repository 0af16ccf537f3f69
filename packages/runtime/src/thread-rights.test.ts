import { platform } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseStatus, rightsOfThreads } from './thread-rights.ts';

const status = (lines: Record<string, string>) =>
  Object.entries({
    Name: 'node',
    Uid: '1000\t1000\t1000\t1000',
    Gid: '1001\t1001\t1001\t1001',
    Groups: '4 27 1001 ',
    CapInh: '0000000000000000',
    CapPrm: '0000000000000000',
    CapEff: '0000000000000000',
    CapBnd: '000001ffffffffff',
    ...lines,
  })
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join('');

describe('parseStatus', () => {
  it('reads users, groups and that there is no capability', () => {
    expect(parseStatus(status({}))).toEqual({
      uids: [1000, 1000, 1000, 1000],
      gids: [1001, 1001, 1001, 1001],
      groups: [4, 27, 1001],
      capable: false,
    });
  });

  it('reads that there is no supplementary group', () => {
    expect(parseStatus(status({ Groups: ' ' })).groups).toEqual([]);
  });

  it('counts a capability that is only permitted: it can be taken any time', () => {
    expect(parseStatus(status({ CapPrm: '0000000000002000' })).capable).toBe(true);
    expect(parseStatus(status({ CapEff: '000001ffffffffff' })).capable).toBe(true);
  });

  it('does not take a missing line for none', () => {
    const text = status({}).replace(/^CapEff.*\n/m, '');
    expect(() => parseStatus(text)).toThrow('has no line CapEff');
  });
});

describe.skipIf(platform() !== 'linux')('rightsOfThreads (needs Linux)', () => {
  it('sees every thread of this process', () => {
    const threads = rightsOfThreads();
    expect(threads.length).toBeGreaterThan(4);
    expect(new Set(threads.map(({ uids }) => uids[1]))).toEqual(new Set([process.geteuid!()]));
  });
});
