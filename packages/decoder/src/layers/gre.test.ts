import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { LinkType } from '../link-types.ts';
import { decodeGre, encodeGre } from './gre.ts';

/** Checksum, key and sequence number (RFC 2784, 2890). */
const FULL = bytes('b000 0800 abcd 0000 00000064 00000007');
const FULL_FIELDS = {
  flags: 0xb000,
  version: 0,
  proto: 0x0800,
  chksum: 0xabcd,
  offset: 0,
  key: 100,
  seqnum: 7,
};
/** PPTP data: key (length and call), sequence and acknowledgement number (RFC 2637). */
const PPTP = bytes('3081 880b 001a0003 00000005 00000004');
const IPV4 = '4500 0014 0000 0000 40fd 0000 c000020a c0000201';
/** An IPv4 packet that carries GRE. */
const carry = (text: string): Buffer => {
  const body = bytes(text);
  const header = bytes('4500 0000 0000 0000 402f 0000 c000020a c0000201');
  header.writeUInt16BE(20 + body.length, 2);
  return Buffer.concat([header, body]);
};
const linkType = LinkType.IPV4;

describe('decodeGre', () => {
  it('reads a bare header', () => {
    const { layers, problem, rest } = decodeLayer(decodeGre, bytes('0000 86dd 6000'));
    expect(fieldsOf(layers[0])).toEqual({ flags: 0, version: 0, proto: 0x86dd });
    expect({ problem, rest }).toEqual({ problem: null, rest: 2 });
  });

  it('reads every optional field', () => {
    expect(fieldsOf(decodeLayer(decodeGre, FULL).layers[0])).toEqual(FULL_FIELDS);
    expect(fieldsOf(decodeLayer(decodeGre, PPTP).layers[0])).toEqual({
      flags: 0x3081,
      version: 1,
      proto: 0x880b,
      key: 0x1a0003,
      seqnum: 5,
      acknum: 4,
    });
  });

  it('reads each optional field where its bit says so, the acknowledgement in version 1 only', () => {
    const of = (flags: string) => {
      const fields = fieldsOf(
        decodeLayer(decodeGre, bytes(`${flags} 88b5 ${'00000001'.repeat(4)}`)).layers[0],
      );
      return Object.keys(fields).slice(3);
    };
    expect(of('8000')).toEqual(['chksum', 'offset']);
    expect(of('2000')).toEqual(['key']);
    expect(of('1000')).toEqual(['seqnum']);
    expect(of('0080')).toEqual([]);
    expect(of('0081')).toEqual(['acknum']);
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeGre, FULL, [
      [2, 'flags'],
      [2, 'version'],
      [4, 'proto'],
      [8, 'chksum'],
      [8, 'offset'],
      [12, 'key'],
      [16, 'seqnum'],
    ]);
    checkCuts(decodeGre, PPTP, [
      [2, 'flags'],
      [2, 'version'],
      [4, 'proto'],
      [8, 'key'],
      [12, 'seqnum'],
      [16, 'acknum'],
    ]);
  });

  it('stops at source routes', () => {
    const decoded = decodeLayer(decodeGre, bytes('4000 0800 0000 0000 0800 0004 c0000201 00000000'));
    expect(decoded.problem).toMatchObject({ layer: 'gre', kind: 'malformed' });
    expect(decoded.rest).toBe(12);
  });

  it.each([
    ['IPv4', `0000 0800 ${IPV4}`, ['ip', 'gre', 'ip'], 'ip'],
    ['IPv6', `0000 86dd 6000 0000 0000 3b40 ${'0'.repeat(64)}`, ['ip', 'gre', 'ipv6'], 'ipv6'],
    ['Ethernet', '0000 6558 020000000001 020000000002 88b5 01', ['ip', 'gre', 'ether', 'raw'], 'ether'],
    ['PPP', `3001 880b 00160003 00000005 21 ${IPV4}`, ['ip', 'gre', 'ppp', 'ip'], 'ppp'],
    ['MPLS', `0000 8847 00001140 ${IPV4}`, ['ip', 'gre', 'mpls', 'ip'], 'mpls'],
    ['tags', '0000 8100 0064 88b5 01', ['ip', 'gre', 'dot1q', 'raw'], 'dot1q'],
    ['ARP', `0000 0806 0001 0800 06 04 0001 ${'00'.repeat(20)}`, ['ip', 'gre', 'arp'], 'arp'],
  ])('carries %s, as a packet inside', (_what, text, names, innermost) => {
    const frame = carry(text);
    const decoded = decodeFrame(frame, { linkType });
    expect(namesOf(decoded)).toEqual(names);
    expect(decoded.problem).toBeNull();
    expect(Object.keys(dataOf(packetOf(frame, { linkType })).inner ?? {})[0]).toBe(innermost);
    expect(encodedAgain(packetOf(frame, { linkType }))).toEqual(frame);
  });

  it('looks for nothing behind a PPTP acknowledgement', () => {
    const decoded = decodeFrame(carry('2081 880b 00000003 00000004'), { linkType });
    expect(namesOf(decoded)).toEqual(['ip', 'gre']);
    expect(decoded.problem).toBeNull();
  });

  it('leaves what versions that do not exist carry', () => {
    expect(namesOf(decodeFrame(carry(`0002 0800 ${IPV4}`), { linkType }))).toEqual(['ip', 'gre', 'raw']);
  });
});

describe('encodeGre', () => {
  it('writes every field', () => expect(encodeLayer(encodeGre, FULL_FIELDS)).toEqual(FULL));

  it('is the inverse of decodeGre', () => {
    const record = fc
      .record({
        low: uint(8),
        chksum: uint(16),
        offset: uint(16),
        key: uint(32),
        seqnum: uint(32),
        acknum: uint(32),
      })
      .chain(({ low, ...values }) =>
        fc
          .record({ c: fc.boolean(), k: fc.boolean(), s: fc.boolean(), proto: uint(16) })
          .map(({ c, k, s, proto }) => ({
            flags: (c ? 0x8000 : 0) | (k ? 0x2000 : 0) | (s ? 0x1000 : 0) | low,
            version: low & 7,
            proto,
            ...(c ? { chksum: values.chksum, offset: values.offset } : {}),
            ...(k ? { key: values.key } : {}),
            ...(s ? { seqnum: values.seqnum } : {}),
            ...((low & 0x87) === 0x81 ? { acknum: values.acknum } : {}),
          })),
      );
    checkFields(decodeGre, encodeGre, record);
  });

  it('gives back any bytes', () => checkBytes(decodeGre, anyBytes(0, 24)));
});
