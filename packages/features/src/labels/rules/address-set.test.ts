import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_NUMBER, KEY_NUMBERS } from '../../flow/key-numbers.ts';
import { AddressSet, addressRange } from './address-set.ts';

/** A key with an address as its destination. */
function keyOf(address: string): Uint32Array {
  const { low } = addressRange(address)!;
  const key = new Uint32Array(KEY_NUMBERS).fill(0xdead_beef);
  key.set(low, KEY_NUMBER.DESTINATION);
  key[KEY_NUMBER.VERSION] = isIPv6(address) ? 6 : 4;
  return key;
}

const has = (set: AddressSet, address: string) => set.has(keyOf(address), KEY_NUMBER.DESTINATION);
const setOf = (...blocks: string[]) => new AddressSet(blocks.map((block) => addressRange(block)!));

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', '10.0.0.2'],
    ['10.1.2.3/8', '10.255.255.255', '11.0.0.0'],
    ['192.168.0.0/23', '192.168.1.255', '192.168.2.0'],
    ['0.0.0.0/0', '255.255.255.255', '::'],
    ['::/0', 'ffff::', '0.0.0.0'],
    ['2001:db8::/33', '2001:db8:7fff:ffff::', '2001:db8:8000::'],
    ['2001:DB8:0:0::1', '2001:db8::1', '2001:db8::2'],
    ['::ffff:10.0.0.1', '::ffff:a00:1', '10.0.0.1'],
    ['fe80::/127', 'fe80::1', 'fe80::2'],
  ])('%s has %s and not %s', (block, inside, outside) => {
    expect([has(setOf(block), inside), has(setOf(block), outside)]).toEqual([true, false]);
  });

  it('are the same as those of Node’s BlockList', () => {
    const ipv4 = fc.array(fc.tuple(fc.ipV4(), fc.nat(32)), { minLength: 1, maxLength: 6 });
    const ipv6 = fc.array(fc.tuple(fc.ipV6(), fc.nat(128)), { minLength: 1, maxLength: 6 });
    fc.assert(
      // Apart: to BlockList, an IPv4 address is one of ::ffff:0:0/96, too.
      fc.property(fc.oneof(ipv4, ipv6), (blocks) => {
        const family = isIPv6(blocks[0][0]) ? 'ipv6' : 'ipv4';
        const list = new BlockList();
        for (const [address, bits] of blocks) list.addSubnet(address, bits, family);
        const set = setOf(...blocks.map((block) => block.join('/')));
        for (const [address] of blocks) {
          expect(has(set, address)).toBe(true);
          for (const near of neighboursOf(address))
            expect(has(set, near), near).toBe(list.check(near, family));
        }
      }),
      { seed: 62, numRuns: 100 },
    );
  });

  it('of what is no IP there are none', () => {
    const key = new Uint32Array(KEY_NUMBERS);
    expect(setOf('0.0.0.0/0', '::/0').has(key, KEY_NUMBER.SOURCE)).toBe(false);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/-1',
    '10.0.0.1/8/8',
    '010.0.0.1',
    ' 10.0.0.1',
    '::1/129',
    ':::',
    '1::2::3',
    'fe80::1%eth0',
    'fe80::1%eth0/64',
    'localhost',
    '10.0.0.1-10.0.0.9',
    '10.0.0.1/8\n',
  ])('%j is none', (text) => {
    expect(addressRange(text)).toBeUndefined();
  });
});

/** Addresses that differ in one bit. */
function neighboursOf(address: string): string[] {
  const { low } = addressRange(address)!;
  return low.flatMap((word, i) =>
    [0, 7, 8, 15, 16, 24, 31].map((bit) => textOf(low.with(i, (word ^ (1 << bit)) >>> 0))),
  );
}

const textOf = (words: readonly number[]): string =>
  words.length === 1
    ? [24, 16, 8, 0].map((shift) => (words[0] >>> shift) & 0xff).join('.')
    : words.flatMap((word) => [word >>> 16, word & 0xffff].map((half) => half.toString(16))).join(':');
