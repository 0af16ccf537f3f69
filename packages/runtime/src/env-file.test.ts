import { describe, expect, it } from 'vitest';
import { parseEnvFile } from './env-file.ts';

const valuesOf = (text: string) => Object.fromEntries(parseEnvFile(text).variables);

describe('parseEnvFile', () => {
  it('reads what a shell and docker read alike', () => {
    const text = [
      '# the pipeline',
      '',
      'export SOURCE_HOST=localdev',
      '  CAP_DEVICE=eth0  ',
      'NETWORK_FILTER="tcp and ( port 80 )" # web',
      "DS_NAME='net # data'",
      'DS_DIR=/tmp # where',
      'URL=redis://localhost:6379/15#x',
      'EMPTY=',
      'EQUALS=a=b',
    ].join('\r\n');
    expect(parseEnvFile(text)).toEqual({
      variables: new Map([
        ['SOURCE_HOST', 'localdev'],
        ['CAP_DEVICE', 'eth0'],
        ['NETWORK_FILTER', 'tcp and ( port 80 )'],
        ['DS_NAME', 'net # data'],
        ['DS_DIR', '/tmp'],
        ['URL', 'redis://localhost:6379/15#x'],
        ['EMPTY', ''],
        ['EQUALS', 'a=b'],
      ]),
      badLines: [],
    });
  });

  it('lets the later of two assignments win', () => {
    expect(valuesOf('A=1\nA=2')).toEqual({ A: '2' });
  });

  it('names the lines it cannot read', () => {
    expect(parseEnvFile('A=1\nnonsense\nB="open\n1X=2\nC="a" b')).toEqual({
      variables: new Map([['A', '1']]),
      badLines: [2, 3, 4, 5],
    });
  });

  it('takes no key for a prototype', () => {
    expect(parseEnvFile('__proto__=1').variables.get('__proto__')).toBe('1');
  });
});
