import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, frame, ip, ipv6, layersOf, project, tcp, udp } from '../test/legacy-frames.ts';
import { legacyJson } from './legacy/python-json.ts';
import { legacyBody, legacyData } from './legacy.ts';
import { Packet } from './packet.ts';

const ETHER = { dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01' };

describe('legacyData', () => {
  it('has the original’s fields in its order, with its misplaced values', () => {
    const data = project(frame(0x0800, ip(6, tcp(4660, 80, '4869'))));
    expect(JSON.stringify(data)).toBe(
      JSON.stringify({
        ether: { ...ETHER, type: 2048 },
        ip: { version: 4, ihl: 5, tos: 0, len: 0x1234, src: '10.0.0.1', dst: '10.0.0.2' },
        tcp: { sport: 4660, dport: 80, seq: 0xbeef },
        raw: { load: '4869' },
      }),
    );
  });

  it('has UDP’s real length only without a checksum', () => {
    expect(project(frame(0x0800, ip(17, udp(1, 2, '00'))))?.udp?.len).toBe(0xabcd);
    expect(project(frame(0x0800, ip(17, '0001 0002 0009 0000 00')))?.udp?.len).toBe(9);
  });

  it('names the payload by whether it is UTF-8', () => {
    expect(project(frame(0x1234, 'c3a9'))?.raw).toEqual({ load: 'c3a9' });
    expect(project(frame(0x1234, 'c3'))?.raw).toEqual({ hex_field_load: 'c3' });
    // Overlong, a surrogate, beyond U+10FFFF: Python refuses them too.
    for (const text of ['c080', 'eda080', 'f4908080']) {
      expect(project(frame(0x1234, text))?.raw).toEqual({ hex_field_load: text });
    }
  });

  it('calls what lies behind the lengths padding, the outermost one last', () => {
    const data = project(frame(0x0800, `${ip(17, udp(1, 2, '61 6262', 9))} 636363`));
    expect(data).toMatchObject({ raw: { load: '61' }, padding: { load: '636363' } });
    expect(project(frame(0x0800, ip(17, udp(1, 2, '61 6262', 9))))?.padding).toEqual({ load: '6262' });
  });

  it('takes a length that is too small from the end, as Python slices do', () => {
    const data = project(frame(0x0800, ip(17, udp(1, 2, '6c656e6c7438', 4))));
    expect(data).toMatchObject({ raw: { load: '6c65' }, padding: { load: '6e6c7438' } });
  });

  it('has the inner IP header in the outer one’s place', () => {
    const inner = ip(17, udp(3, 4)).replace('0a000001', '01010101').replace('1234', '4321');
    const data = project(frame(0x0800, ip(4, inner)));
    expect(Object.keys(data ?? {})).toEqual(['ether', 'ip', 'udp']);
    expect(data?.ip).toMatchObject({ src: '1.1.1.1', len: 0x4321 });
  });

  it('reads only first fragments', () => {
    expect(layersOf(frame(0x0800, ip(17, udp(1, 2), 28, 1)))).toEqual(['ether', 'ip', 'raw']);
    expect(layersOf(frame(0x0800, ip(17, udp(1, 2), 28, 0x2000)))).toEqual(['ether', 'ip', 'udp']);
  });

  it('keeps the quoted packet of an ICMP error out, but not what follows it', () => {
    const quoted = ip(17, udp(1234, 33434, '70726f6265'));
    const data = project(frame(0x0800, ip(1, `0303 1122 00000000 ${quoted}`)));
    expect(Object.keys(data ?? {})).toEqual(['ether', 'ip', 'icmp', 'raw']);
    expect(data).toMatchObject({ icmp: { type: 3, code: 0x1122, unused: 0 }, raw: { load: '70726f6265' } });
  });

  it.each([
    [5, null],
    [6, { ether: { dst: ETHER.dst } }],
    [13, null],
    [14, { ether: { ...ETHER, type: 2048 } }],
    [15, { ether: { ...ETHER, type: 2048 }, raw: { load: '45' } }],
    [18, { ether: { ...ETHER, type: 2048 }, ip: { version: 4, ihl: 5, tos: 0, len: 40 } }],
    [33, { ether: { ...ETHER, type: 2048 }, raw: { load: '4500002800010000400612340a0000010a0000' } }],
  ])('of %i bytes of a frame is what kamene makes of them', (size, expected) => {
    expect(project(frame(0x0800, ip(6, tcp(1, 2))).subarray(0, size))).toEqual(expected);
  });

  it('is empty where kamene cannot rebuild the packet', () => {
    const whole = frame(0x0800, ip(6, tcp(1, 2)));
    for (const size of [36, 38, 42, 46]) expect(project(whole.subarray(0, size)), `${size}`).toEqual({});
    expect(project(whole.subarray(0, 48))?.tcp).toEqual({ sport: 1, dport: 2, seq: 0x18 });
    expect(project(whole.subarray(0, 37))?.raw).toEqual({ load: '000100' });
    expect(project(frame(0x86dd, '60000000'))).toEqual({});
    expect(project(frame(0x86dd, '600000000000'))?.ipv6).toEqual({ version: 6, tc: 0, fl: 0, plen: 0 });
    // A checksum that was cut off is computed with an IPv4 length, which must not be below 20.
    expect(project(frame(0x0800, `${ip(17, '', 14)} 0001 0002 0009 ffffffffffff`))).toEqual({});
  });

  it('is null for 802.3 frames, unless Ethernet lies inside', () => {
    expect(project(frame(38, '424203 0000 00 00'))).toBeNull();
    const inner = frame(0x1234, '61').toString('hex');
    expect(project(frame(30, `aaaa03 000000 0001 ${inner}`))).toEqual({
      ether: { ...ETHER, type: 0x1234 },
      raw: { load: '61' },
    });
    expect(legacyData(Buffer.alloc(0), 0, 0)).toBeNull();
  });
});

describe('legacyBody', () => {
  const packet = (linkType: number, seconds: number) => {
    const data = frame(0x0806);
    return new Packet(data, 0, data.length, data.length, linkType, seconds, 0, 'eth0');
  };

  it('carries the packet’s second in local time and the source', () => {
    const seconds = new Date(2018, 0, 29, 4, 26, 40).getTime() / 1000;
    expect(legacyBody(packet(1, seconds), 'here')).toEqual({
      data: { ether: { ...ETHER, type: 2054 } },
      created: '2018-01-29 04:26:40',
      source: 'here',
    });
    expect(legacyBody(packet(1, seconds + 1), 'here')?.created).toBe('2018-01-29 04:26:41');
  });

  it('is null where the link is not Ethernet', () => {
    expect(legacyBody(packet(113, 0), 'here')).toBeNull();
  });
});

describe('hostile frames', () => {
  const seeds = [
    frame(0x0800, ip(6, tcp(1, 80, '474554'))),
    frame(
      0x0800,
      ip(6, `0001 0002 00000001 00000002 a002 0100 beef 0000 020405b4 0402 080a 0000000100000002`),
    ),
    frame(
      0x0800,
      ip(17, udp(53, 9, '00018180 0001000100000000 0161 00 0001 0001 c00c 0001 0001 00000000 0004 01020304')),
    ),
    frame(
      0x0800,
      ip(
        17,
        udp(500, 500, '0000000000000000 0000000000000000 0110 0200 00000000 0000001c 0000 0008 00000000'),
      ),
    ),
    frame(0x0800, ip(17, udp(9, 69, '0001 61 00 62 00 63 00 64 00'))),
    frame(0x0800, ip(1, `0303 1122 00000000 ${ip(6, tcp(1, 2))}`)),
    frame(0x0800, ip(132, '0001 0002 00000000 00000000 0003 0014 00000000 0000 0000 00000000 61626364')),
    frame(0x0800, ip(47, `b000 0800 0000 0000 00000000 00000000 ${ip(17, udp(1, 2))}`)),
    frame(0x8100, `0064 0800 ${ip(17, udp(1, 2))}`),
    frame(0x8864, `1100 0001 0020 0021 ${ip(17, udp(1, 2))}`),
    frame(
      0x86dd,
      ipv6(0, `3a00 0502 0000 0100 8700 0000 00000000 fd000000000000000000000000000002 0101 020000000001`),
    ),
    frame(0x86dd, ipv6(43, `1102 0001 00000000 fd000000000000000000000000000003 ${udp(1, 2)}`)),
    frame(40, `aaaa03 000000 0800 ${ip(17, udp(1, 2))}`),
  ];

  it('never throw and always make JSON: 20,000 mutated and random ones', () => {
    const mutated = fc
      .record({
        seed: fc.constantFrom(...seeds),
        edits: fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 6 }),
        cut: fc.option(fc.nat(120)),
      })
      .map(({ seed, edits, cut }) => {
        const data = Buffer.from(seed);
        for (const [at, value] of edits) if (at < data.length) data[at] = value;
        return cut === null ? data : data.subarray(0, cut);
      });
    const random = fc
      .tuple(
        fc.constantFrom('0800', '86dd', '8100', '8863', '8864', '888e', 'c021', '0806', '0030'),
        fc.uint8Array({ maxLength: 200 }),
      )
      .map(([type, rest]) => Buffer.concat([bytes('020000000002 020000000001', type), rest]));
    let empty = 0;
    fc.assert(
      fc.property(fc.oneof({ arbitrary: mutated, weight: 3 }, { arbitrary: random, weight: 1 }), (data) => {
        const made = project(data);
        if (made === null) return;
        if (Object.keys(made).length === 0) empty++;
        const body = { data: made, created: '', source: '' };
        expect(JSON.parse(legacyJson(body))).toEqual(body);
      }),
      { numRuns: 20_000, seed: 20_180_129 },
    );
    expect(empty).toBeGreaterThan(0);
  });

  it('nest no deeper than kamene can follow', () => {
    const deep = bytes('020000000002 020000000001 8100', '00018100'.repeat(15_000), '0001');
    expect(layersOf(deep)).toEqual(['ether', 'raw']);
    const packets = Array.from({ length: 1000 }, (_, i) => ip(4, '', 20 * (1000 - i))).join('');
    expect(layersOf(frame(0x0800, packets))).toEqual(['ether', 'ip', 'raw']);
  });
});
