import { describe, expect, it } from 'vitest';
import { openLiveSource } from './live-source.ts';

describe('a live source of cap', () => {
  it('is refused what cap cannot do, instead of another capture than was asked for', async () => {
    const wanted = { snaplen: 96, promiscuous: false, fanoutGroup: 1 };
    const opening = openLiveSource({ backend: 'cap', device: 'lo', filter: '', ...wanted });
    await expect(opening).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: {
        problems: [
          '--workers: needs the libpcap backend; cap has one thread',
          '--no-promiscuous: cap is always promiscuous; use --backend libpcap',
          '--snaplen: cap always takes 65,535 bytes; use --backend libpcap',
        ],
      },
    });
  });
});
