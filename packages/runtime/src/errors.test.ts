import { describe, expect, it } from 'vitest';
import { PipelineError } from './errors.ts';

describe('PipelineError', () => {
  it('takes message, exit code and hint from the catalogue', () => {
    const error = new PipelineError('NO_SUCH_DEVICE', { device: 'eth9', devices: ['lo', 'eth0'] });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'PipelineError',
      code: 'NO_SUCH_DEVICE',
      exitCode: 1,
      message: 'there is no device eth9',
      hint: 'devices here: lo, eth0',
      details: { device: 'eth9', devices: ['lo', 'eth0'] },
    });
  });

  it('gives no hint where it has none to give', () => {
    expect(new PipelineError('NO_SUCH_DEVICE', { device: 'eth9', devices: [] }).hint).toBeUndefined();
  });

  it('calls a wrong command a usage error', () => {
    expect(new PipelineError('BAD_FILTER', { filter: 'prot', reason: 'syntax error' }).exitCode).toBe(2);
  });

  it('keeps its cause', () => {
    const cause = new Error('inner');
    expect(new PipelineError('DISK_FULL', { path: '/x' }, { cause }).cause).toBe(cause);
  });
});
