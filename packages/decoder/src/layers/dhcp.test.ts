import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer, encodeLayer, fieldsOf } from '../../test/layers.ts';
import { type Dhcp, type DhcpFields, decodeDhcp, encodeDhcp } from './dhcp.ts';

const COOKIE = '63825363';
const HEADER = 236;

/** A BOOTP header of a client, filled up with zeros. */
const header = (sname = '', file = '') =>
  Buffer.concat([
    bytes(`
      02 01 06 00  3903f326  0000 8000
      00000000 c0000264 c0000201 00000000
      020000000001 00000000000000000000`),
    Buffer.concat([bytes(sname), Buffer.alloc(64)], 64),
    Buffer.concat([bytes(file), Buffer.alloc(128)], 128),
  ]);

const withOptions = (options: string) => Buffer.concat([header(), bytes(COOKIE), bytes(options)]);

const OFFER = withOptions(`
  35 01 02  36 04 c0000201  33 04 00000e10  01 04 ffffff00  03 08 c0000201 c0000202
  0c 04 686f7374  3d 07 01020000000001  37 03 010306  52 02 0100  00  ff  0000`);

const dhcpOf = (message: Uint8Array, cut = 0) => {
  const { layers, ...rest } = decodeLayer(decodeDhcp, message, cut);
  return { ...rest, dhcp: layers[0] as Dhcp | undefined };
};

describe('decodeDhcp', () => {
  it('reads header and options', () => {
    const { dhcp, problem, rest } = dhcpOf(OFFER);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
    expect(fieldsOf(dhcp)).toEqual({
      op: 2,
      htype: 1,
      hlen: 6,
      hops: 0,
      xid: 0x3903f326,
      secs: 0,
      flags: 0x8000,
      ciaddr: '0.0.0.0',
      yiaddr: '192.0.2.100',
      siaddr: '192.0.2.1',
      giaddr: '0.0.0.0',
      chaddr: '02:00:00:00:00:01',
      sname: '',
      file: '',
      options: {
        raw: OFFER.subarray(HEADER + 4).toString('hex'),
        message_type: 2,
        server_id: '192.0.2.1',
        lease_time: 3600,
        subnet_mask: '255.255.255.0',
        router: ['192.0.2.1', '192.0.2.2'],
        hostname: 'host',
        client_id: '01020000000001',
        param_req_list: [1, 3, 6],
        other: [[82, '0100']],
      },
    });
  });

  it('keeps all of the hardware address field', () => {
    const message = header();
    message[2] = 8;
    message[43] = 0x99;
    expect(dhcpOf(message).dhcp).toMatchObject({
      chaddr: '02:00:00:00:00:01:00:00',
      chaddr_pad: '0000000000000099',
    });
  });

  it('reads the names as text, or as hex when they are none', () => {
    const { dhcp } = dhcpOf(header('626f6f74', '6b65726e656c0078'));
    expect(dhcp?.sname).toBe('boot');
    expect(dhcp?.file).toBe(`6b65726e656c0078${'00'.repeat(120)}`);
  });

  it('leaves a vendor area without the cookie', () => {
    const { dhcp, rest, problem } = dhcpOf(Buffer.concat([header(), Buffer.alloc(64)]));
    expect(dhcp?.options).toBeUndefined();
    expect({ rest, problem }).toEqual({ rest: 64, problem: null });
  });

  it('keeps an option whose length does not fit its kind under its code', () => {
    expect(dhcpOf(withOptions('35 02 0201 03 03 c00002 ff')).dhcp?.options).toEqual({
      raw: '350202010303c00002ff',
      other: [
        [53, '0201'],
        [3, 'c00002'],
      ],
    });
  });

  it.each([
    ['an option longer than the message', '35 01 01 0c 0a 6162', 'option 12 needs 11 bytes, 3 are there'],
    ['an option without a length', '35 01 01 0c', 'option 12 needs 1 bytes, 0 are there'],
  ])('reports %s and keeps the options before it', (_what, options, reason) => {
    const { dhcp, problem, rest } = dhcpOf(withOptions(options));
    expect(dhcp?.options).toEqual({ raw: options.replaceAll(' ', ''), message_type: 1 });
    expect(problem).toEqual({ layer: 'dhcp', kind: 'malformed', reason });
    expect(rest).toBe(0);
    expect(dhcpOf(withOptions(options), 40).problem).toMatchObject({ kind: 'truncated' });
  });

  it('reports a hardware address that does not fit', () => {
    const message = header();
    message[2] = 17;
    const { dhcp, problem } = dhcpOf(message);
    expect(problem).toMatchObject({ layer: 'dhcp', kind: 'malformed' });
    expect(dhcp?.chaddr).toBe(`02:00:00:00:00:01${':00'.repeat(10)}`);
  });

  it('keeps the fields before the cut', () => {
    const { dhcp, problem, rest } = dhcpOf(OFFER.subarray(0, 30), 300);
    const fields = fieldsOf(dhcp);
    expect(fields).toMatchObject({ op: 2, giaddr: '0.0.0.0' });
    expect(fields).not.toHaveProperty('chaddr');
    expect(problem).toMatchObject({ layer: 'dhcp', kind: 'truncated' });
    expect(rest).toBe(2);
    expect(encodeLayer(encodeDhcp, fields)).toEqual(OFFER.subarray(0, 28));
  });

  it.each([
    ['what is neither request nor reply', Buffer.concat([Buffer.of(3), OFFER.subarray(1)])],
    ['an empty datagram', Buffer.alloc(0)],
  ])('leaves %s raw', (_what, message) => {
    expect(decodeLayer(decodeDhcp, message)).toMatchObject({
      layers: [],
      problem: null,
      rest: message.length,
    });
  });
});

describe('encodeDhcp', () => {
  it('writes header and options', () => {
    expect(encodeLayer(encodeDhcp, fieldsOf(dhcpOf(OFFER).dhcp) as DhcpFields)).toEqual(OFFER);
  });

  const octets = (length: number) =>
    fc.array(fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0x61)), {
      minLength: length,
      maxLength: length,
    });
  const text = (size: number) =>
    fc.oneof(
      octets(size),
      fc.nat({ max: size }).map((n) => [...Array(n).fill(0x61), ...Array(size - n).fill(0)]),
    );

  it('gives back the bytes of any message', () => {
    const message = fc
      .tuple(
        fc.constantFrom(1, 2),
        octets(1),
        fc.nat({ max: 16 }),
        octets(41),
        text(64),
        text(128),
        fc.uint8Array({ maxLength: 60 }),
      )
      .map(([op, htype, hlen, fixed, sname, file, options]) =>
        Buffer.concat([
          Buffer.from([op, ...htype, hlen, ...fixed, ...sname, ...file]),
          bytes(COOKIE),
          options,
        ]),
      );
    fc.assert(
      fc.property(message, (raw) => {
        const { dhcp, rest } = dhcpOf(raw);
        expect(rest).toBe(0);
        expect(encodeLayer(encodeDhcp, fieldsOf(dhcp) as DhcpFields)).toEqual(raw);
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it('never throws on any bytes, whole or cut', () => {
    const cut = fc.tuple(
      fc.nat({ max: OFFER.length }),
      fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 255 })), { maxLength: 8 }),
    );
    fc.assert(
      fc.property(cut, fc.nat({ max: 2 }), ([length, changes], missing) => {
        const raw = Buffer.from(OFFER.subarray(0, length));
        for (const [at, value] of changes) if (at < raw.length) raw[at] = value;
        const { rest } = dhcpOf(raw, missing);
        expect(rest).toBeGreaterThanOrEqual(0);
        expect(rest).toBeLessThanOrEqual(raw.length);
      }),
      { seed: 10, numRuns: 2000 },
    );
  });
});
