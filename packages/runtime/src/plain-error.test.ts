import { describe, expect, it } from 'vitest';
import { PipelineError } from './errors.ts';
import { fromPlainError, toPlainError } from './plain-error.ts';

const across = (error: unknown): Error => fromPlainError(structuredClone(toPlainError(error)));

describe('errors between threads', () => {
  it('keep code, hint and exit code', () => {
    const error = new PipelineError('NO_SUCH_DEVICE', { device: 'eth9', devices: ['lo'] });
    const { code, message, hint, exitCode } = error;
    expect(across(error)).toMatchObject({ code, message, hint, exitCode });
    expect(across(error)).toBeInstanceOf(PipelineError);
  });

  it('keep at least their message', () => {
    expect(across(new TypeError('x is not a function')).message).toBe('x is not a function');
    expect(across('text').message).toBe('text');
  });
});
