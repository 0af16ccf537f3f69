import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, encodedAgain, packetOf } from '../../test/frames.ts';
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
import { decodeVxlan, encodeVxlan } from './vxlan.ts';

/** 192.0.2.10.53378 > 198.51.100.20.4789: VXLAN, flags [I] (0x08), vni 42; inside an ARP request. */
const FRAME = bytes(`0200 0000 0101 0200 0000 0110 0800 4500 004e fdfc 0000 4011 9050 c000 020a c633
  6414 d082 12b5 003a 4b6c 0800 0000 0000 2a00 ffff ffff ffff 0200 0000 4210 0806
  0001 0800 0604 0001 0200 0000 4210 0a2a 0001 0000 0000 0000 0a2a 0002`);
const HEADER = bytes('88 000102 fffffe 03');
const FIELDS = { flags: 0x88, reserved1: 0x102, vni: 0xfffffe, reserved2: 3 };

describe('decodeVxlan', () => {
  it('reads every field', () => {
    const { layers, problem, rest } = decodeLayer(decodeVxlan, HEADER);
    expect(layers.map(({ layer }) => layer)).toEqual(['vxlan']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
  });

  it('carries Ethernet, as a packet inside', () => {
    const data = dataOf(packetOf(FRAME));
    expect(data.frame).toMatchObject({ protocols: 'ether:ip:udp:vxlan:ether:arp', payloadLength: 50 });
    expect(Object.keys(data)).toEqual(['frame', 'ether', 'ip', 'udp', 'vxlan', 'inner']);
    expect(data.vxlan).toEqual({ flags: 8, reserved1: 0, vni: 42, reserved2: 0 });
    expect(Object.keys(data.inner ?? {})).toEqual(['ether', 'arp']);
    expect(data.inner?.arp).toMatchObject({ psrc: '10.42.0.1', pdst: '10.42.0.2' });
    expect(encodedAgain(packetOf(FRAME))).toEqual(FRAME);
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeVxlan, HEADER, [
      [1, 'flags'],
      [4, 'reserved1'],
      [7, 'vni'],
      [8, 'reserved2'],
    ]);
  });
});

describe('encodeVxlan', () => {
  it('writes every field', () => expect(encodeLayer(encodeVxlan, FIELDS)).toEqual(HEADER));

  it('is the inverse of decodeVxlan', () => {
    const fields = { flags: uint(8), reserved1: uint(24), vni: uint(24), reserved2: uint(8) };
    checkFields(decodeVxlan, encodeVxlan, fc.record(fields));
  });

  it('gives back any bytes', () => checkBytes(decodeVxlan, anyBytes(0, 12)));
});
