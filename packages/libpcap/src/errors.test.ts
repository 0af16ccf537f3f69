import { expect, test } from 'vitest';
import { LibpcapError, orLibpcapError } from './errors.ts';

test('an error says what it is about and keeps the reason by itself', () => {
  expect(new LibpcapError('BAD_FILTER', 'syntax error', 'filter "x"')).toMatchObject({
    code: 'BAD_FILTER',
    reason: 'syntax error',
    message: 'filter "x": syntax error',
  });
  expect(new LibpcapError('CAPTURE_FAILED', 'no memory').message).toBe('no memory');
});

test('an error of the addon becomes a LibpcapError that keeps it', () => {
  const native = Object.assign(new Error('No such device exists'), { code: 'NO_SUCH_DEVICE' });
  const call = () =>
    orLibpcapError(
      (code) => `${code}?`,
      () => {
        throw native;
      },
    );
  expect(call).toThrow(
    expect.objectContaining({
      name: 'LibpcapError',
      code: 'NO_SUCH_DEVICE',
      message: 'NO_SUCH_DEVICE?: No such device exists',
      cause: native,
    }),
  );
});
