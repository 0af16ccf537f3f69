import { describe, expect, it } from 'vitest';
import { limitsOf } from './rotation.ts';

const NONE = Number.POSITIVE_INFINITY;

describe('limitsOf', () => {
  it('has no limits unless told', () => {
    expect(limitsOf('x.pcap', {})).toEqual({
      bytes: NONE,
      ms: NONE,
      packets: NONE,
      files: NONE,
      rotates: false,
    });
    expect(limitsOf('-', { rotateMs: undefined })).toMatchObject({ rotates: false });
    expect(limitsOf('x.pcap', { rotateMs: 5, maxFiles: 2 })).toMatchObject({
      ms: 5,
      files: 2,
      rotates: true,
    });
  });

  it.each([
    ['-', { rotateBytes: 10 }, 'standard output cannot be rotated'],
    ['x', { maxFiles: 3 }, 'a number of files needs'],
    ['x', { rotateBytes: 0 }, 'rotateBytes must be above 0, it is 0'],
    ['x', { rotateMs: -1 }, 'rotateMs must be above 0'],
    ['x', { rotatePackets: Number.NaN }, 'rotatePackets must be above 0'],
    ['x', { rotatePackets: 1, maxFiles: 0 }, 'maxFiles must be above 0'],
  ])('refuses %s with %j', (path, options, message) => {
    expect(() => limitsOf(path, options)).toThrow(
      expect.objectContaining({
        name: 'CaptureWriteError',
        code: 'BAD_ROTATION',
        message: expect.stringContaining(message),
      }),
    );
  });
});
