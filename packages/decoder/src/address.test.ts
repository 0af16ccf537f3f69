import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBytes, anyIpv4, anyMac } from '../test/layers.ts';
import { ipv4, ipv6, mac, macOf, parseIpv4, parseIpv6, parseMac } from './address.ts';

const groups = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Addresses with runs of zeros, where shortening can go wrong. */
const anyIpv6 = fc
  .array(fc.oneof(fc.constantFrom(0, 0, 0, 1, 0xffff), fc.nat({ max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((words) => {
    const data = Buffer.alloc(16);
    words.forEach((word, i) => {
      data.writeUInt16BE(word, 2 * i);
    });
    return data;
  });

describe('ipv6', () => {
  it.each([
    // RFC 5952, section 4: no leading zeros, the longest run, the first of two, no single group, lower case.
    ['2001 0db8 0000 0000 0001 0000 0000 0001', '2001:db8::1:0:0:1'],
    ['2001 0db8 0000 0001 0001 0001 0001 0001', '2001:db8:0:1:1:1:1:1'],
    ['2001 0000 0000 0001 0000 0000 0000 0001', '2001:0:0:1::1'],
    ['2001 0db8 0000 0000 0000 0000 0002 0001', '2001:db8::2:1'],
    ['2001 0db8 aaaa bbbb cccc dddd eeee ffff', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'],
    ['0000 0000 0000 0000 0000 0000 0000 0000', '::'],
    ['0000 0000 0000 0000 0000 0000 0000 0001', '::1'],
    ['0001 0000 0000 0000 0000 0000 0000 0000', '1::'],
    ['fe80 0000 0000 0000 00ff fe00 0101 0000', 'fe80::ff:fe00:101:0'],
    ['0000 0001 0000 0001 0000 0001 0000 0001', '0:1:0:1:0:1:0:1'],
    ['0000 0000 0001 0000 0000 0000 0001 0000', '0:0:1::1:0'],
    ['0000 0001 0002 0003 0004 0005 0006 0007', '0:1:2:3:4:5:6:7'],
    // The dotted tail of mapped and compatible addresses (RFC 5952, section 5; inet_ntop).
    ['0000 0000 0000 0000 0000 ffff c000 0201', '::ffff:192.0.2.1'],
    ['0000 0000 0000 0000 0000 0000 c000 0201', '::192.0.2.1'],
    ['0000 0000 0000 0000 0000 0000 0001 0002', '::0.1.0.2'],
    ['0000 0000 0000 0000 0000 0000 0000 ffff', '::ffff'],
    ['0000 0000 0000 0000 ffff 0000 c000 0201', '::ffff:0:c000:201'],
    ['0064 ff9b 0000 0000 0000 0000 c000 0201', '64:ff9b::c000:201'],
  ])('writes %s as %s', (bytes, text) => {
    expect(ipv6(groups(bytes), 0)).toBe(text);
    expect(parseIpv6(text)).toEqual(groups(bytes));
  });

  it('writes what the WHATWG URL parser makes of it', () => {
    fc.assert(
      fc.property(anyIpv6, (data) => {
        const text = ipv6(data, 0);
        expect(isIPv6(text)).toBe(true);
        const { hostname } = new URL(`http://[${text}]/`);
        // URLs know no dotted tails: theirs are undone by writing the eight groups.
        const full = data.toString('hex').replace(/(.{4})(?!$)/g, '$1:');
        expect(hostname).toBe(new URL(`http://[${full}]/`).hostname);
        if (!text.includes('.')) expect(`[${text}]`).toBe(hostname);
        expect(parseIpv6(text)).toEqual(data);
        expect(parseIpv6(full)).toEqual(data);
        expect(parseIpv6(hostname.slice(1, -1))).toEqual(data);
      }),
      { seed: 1, numRuns: 1500 },
    );
  });
});

describe('ipv4 and mac', () => {
  it.each([
    ['00000000', '0.0.0.0'],
    ['ffffffff', '255.255.255.255'],
    ['c0000201', '192.0.2.1'],
    ['80000001', '128.0.0.1'],
  ])('writes %s as %s', (bytes, text) => {
    expect(ipv4(groups(bytes), 0)).toBe(text);
    expect(parseIpv4(text)).toEqual(groups(bytes));
  });

  it('writes addresses of other lengths', () => {
    const data = groups('00 01 02 fe ff');
    expect(macOf(data, 0, 0)).toBe('');
    expect(macOf(data, 4, 1)).toBe('ff');
    expect(macOf(data, 0, 5)).toBe('00:01:02:fe:ff');
    expect(parseMac('00:01:02:fe:ff')).toEqual(data);
    expect(parseMac('')).toHaveLength(0);
  });

  it('read what they write', () => {
    fc.assert(
      fc.property(anyMac, anyIpv4, anyBytes(0, 3), (hardware, dotted, before) => {
        const at = before.length;
        expect(mac(Buffer.concat([before, parseMac(hardware)]), at)).toBe(hardware);
        expect(ipv4(Buffer.concat([before, parseIpv4(dotted)]), at)).toBe(dotted);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

/** Texts are kept in slots: two addresses that share a slot must never have each other's. */
describe('kept texts', () => {
  const plain = {
    mac: (data: Buffer) => data.toString('hex', 0, 6).replace(/(..)(?!$)/g, '$1:'),
    ipv4: (data: Buffer) => [...data.subarray(0, 4)].join('.'),
    ipv6: (data: Buffer) => data.toString('hex', 0, 16),
  };

  it('are right for more addresses than there are slots, in any order', () => {
    const data = Buffer.alloc(16);
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state;
    };
    for (let i = 0; i < 40_000; i++) {
      // Few distinct words give many repetitions, and many addresses that differ in one word alone.
      for (let at = 0; at < 16; at += 4)
        data.writeUInt32BE([0, 1, 0x1000, 0x1001, 0x400000, next()][(next() >>> 8) % 6], at);
      if (mac(data, 0) !== plain.mac(data)) expect(mac(data, 0)).toBe(plain.mac(data));
      if (ipv4(data, 0) !== plain.ipv4(data)) expect(ipv4(data, 0)).toBe(plain.ipv4(data));
      const parsed = parseIpv6(ipv6(data, 0)).toString('hex');
      if (parsed !== plain.ipv6(data)) expect(parsed).toBe(plain.ipv6(data));
    }
  });

  it('are told apart by every bit', () => {
    const zero = Buffer.alloc(16);
    const texts = new Set([`${mac(zero, 0)} ${ipv4(zero, 0)} ${ipv6(zero, 0)}`]);
    for (let bit = 0; bit < 128; bit++) {
      const data = Buffer.alloc(16);
      data[bit >> 3] = 1 << (bit & 7);
      for (const one of [zero, data, zero, data]) {
        expect(mac(one, 0)).toBe(plain.mac(one));
        expect(ipv4(one, 0)).toBe(plain.ipv4(one));
        expect(parseIpv6(ipv6(one, 0))).toEqual(one);
      }
      texts.add(`${mac(data, 0)} ${ipv4(data, 0)} ${ipv6(data, 0)}`);
    }
    expect(texts.size).toBe(129);
  });
});
