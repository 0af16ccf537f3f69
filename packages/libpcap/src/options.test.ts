import { describe, expect, test } from 'vitest';
import { type CaptureOptions, completeOptions } from './options.ts';

describe('completeOptions', () => {
  test('fills in what was left open', () => {
    expect(completeOptions({ device: 'eth0' })).toEqual({
      device: 'eth0',
      filter: '',
      snaplen: 262_144,
      bufferBytes: 33_554_432,
      timeoutMs: 20,
      promiscuous: true,
      immediate: false,
      direction: 0,
      fanoutGroup: -1,
      slabs: 8,
      slabBytes: 1_048_576,
      slabPackets: 16_384,
      slabAgeMs: 20,
    });
  });

  test('takes what was chosen', () => {
    const options = {
      snaplen: 100,
      direction: 'out',
      promiscuous: false,
      fanoutGroup: 0,
      slabBytes: 100,
    } as const;
    expect(completeOptions({ device: 'eth0', ...options })).toMatchObject({
      ...options,
      direction: 2,
      slabPackets: 2,
    });
  });

  test.each<[Partial<CaptureOptions>, string]>([
    [{ device: '' }, 'device: must be named'],
    [{ device: 'eth0\0' }, 'device: must be text without NUL'],
    [{ device: 5 as never }, 'device: must be text without NUL'],
    [{ filter: 'tcp\0 and port 80' }, 'filter: must be text without NUL'],
    [{ snaplen: 0 }, 'snaplen: must be a whole number from 1 to 262144'],
    [{ snaplen: 262_145 }, 'snaplen: must be'],
    [{ snaplen: Number.NaN }, 'snaplen: must be'],
    [{ bufferBytes: 2 ** 31 }, 'bufferBytes: must be'],
    [{ timeoutMs: 0 }, 'timeoutMs: must be'],
    [{ direction: 'sideways' as never }, 'direction: must be in, out or inout'],
    [{ direction: 'toString' as never }, 'direction: must be'],
    [{ fanoutGroup: 65_536 }, 'fanoutGroup: must be'],
    [{ fanoutGroup: -1 }, 'fanoutGroup: must be'],
    [{ slabs: 1.5 }, 'slabs: must be'],
    [{ slabBytes: 4096 }, 'slabBytes: must be a whole number from 262144'],
    [{ slabAgeMs: -1 }, 'slabAgeMs: must be'],
  ])('refuses %j', (options, message) => {
    expect(() => completeOptions({ device: 'eth0', ...options })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining(message) }),
    );
  });
});
