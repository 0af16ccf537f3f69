import { encodeLayers, type LayerInput } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { packetOf, rowsOf } from '../../test/statistics-rows.ts';
import { communityId } from './community-id.ts';

/** Protocol, addresses, ports or ICMP type and code, IDs of seed 0 and 1: the specification's vectors. */
type Vector = readonly [number, string, string, number, number, string, string];
const VECTORS: readonly Vector[] = [
  [
    58,
    'fe80::200:86ff:fe05:80da',
    'fe80::260:97ff:fe07:69ea',
    135,
    0,
    'dGHyGvjMfljg6Bppwm3bg0LO8TY=',
    'kHa1FhMYIT6Ym2Vm2AOtoOARDzY=',
  ],
  [
    58,
    'fe80::260:97ff:fe07:69ea',
    'fe80::200:86ff:fe05:80da',
    136,
    0,
    'dGHyGvjMfljg6Bppwm3bg0LO8TY=',
    'kHa1FhMYIT6Ym2Vm2AOtoOARDzY=',
  ],
  [
    58,
    'fe80::260:97ff:fe07:69ea',
    'fe80::200:86ff:fe05:80da',
    135,
    0,
    'zavyT/cezQr1fmImYCwYnMXbgck=',
    '2hSqmsDZ2kdcY9kbiUzOEBic0iM=',
  ],
  [
    58,
    'fe80::200:86ff:fe05:80da',
    'fe80::260:97ff:fe07:69ea',
    136,
    0,
    'zavyT/cezQr1fmImYCwYnMXbgck=',
    '2hSqmsDZ2kdcY9kbiUzOEBic0iM=',
  ],
  [
    58,
    '3ffe:501:1800:2345::2',
    '3ffe:507:0:1:200:86ff:fe05:80da',
    3,
    0,
    '2ObVBgIn28oZvibYZhZMBgh7WdQ=',
    'lVEtCZpYu84Xqaa++3lXFyuu2n4=',
  ],
  [
    58,
    '3ffe:501:410:0:2c0:dfff:fe47:33e',
    '3ffe:507:0:1:200:86ff:fe05:80da',
    1,
    4,
    'hLZd0XGWojozrvxqE0dWB1iM6R0=',
    'W8MHwXpWzpoSTD+cGcaJr4u0ys8=',
  ],
  [
    58,
    '3ffe:507:0:1:200:86ff:fe05:80da',
    '3ffe:501:0:1001::2',
    128,
    0,
    '+TW+HtLHvV1xnGhV1lv7XoJrqQg=',
    'GfZxjAkDk2MkegpBYHV6tadtFXQ=',
  ],
  [
    58,
    '3ffe:501:0:1001::2',
    '3ffe:507:0:1:200:86ff:fe05:80da',
    129,
    0,
    '+TW+HtLHvV1xnGhV1lv7XoJrqQg=',
    'GfZxjAkDk2MkegpBYHV6tadtFXQ=',
  ],
  [
    58,
    'fe80::200:86ff:fe05:80da',
    'ff02::2',
    133,
    0,
    'hO+sN4H+MG5MY/8hIrXPqc4ZQz0=',
    'L7Ka0ZMYu+J3bL4ulW2PrqyXNo8=',
  ],
  [
    58,
    'fe80::260:97ff:fe07:69ea',
    'ff02::1',
    134,
    0,
    'pkvHqCL88/tg1k4cPigmZXUtL00=',
    'K/ee5UCqAMAQXDorP5nSa2CGLjc=',
  ],
  [1, '192.168.0.89', '192.168.0.1', 8, 0, 'X0snYXpgwiv9TZtqg64sgzUn6Dk=', '03g6IloqVBdcZlPyX8r0hgoE7kA='],
  [1, '192.168.0.1', '192.168.0.89', 0, 0, 'X0snYXpgwiv9TZtqg64sgzUn6Dk=', '03g6IloqVBdcZlPyX8r0hgoE7kA='],
  [1, '10.0.0.1', '10.0.0.2', 11, 0, 'YHxtAirCG//0OzkcVAukqKQN9xM=', 'XjUibYHaafLQ3pxQeiMI8g25q20='],
  [
    6,
    '2001:470:e5bf:dead:4957:2174:e82c:4887',
    '2607:f8b0:400c:c03::1a',
    63943,
    25,
    '/qFaeAR+gFe1KYjMzVDsMv+wgU4=',
    'eJYTW6AOzFLlSUoESovMjnu7rMw=',
  ],
  [
    6,
    '2607:f8b0:400c:c03::1a',
    '2001:470:e5bf:dead:4957:2174:e82c:4887',
    25,
    63943,
    '/qFaeAR+gFe1KYjMzVDsMv+wgU4=',
    'eJYTW6AOzFLlSUoESovMjnu7rMw=',
  ],
  [
    132,
    '192.168.170.8',
    '192.168.170.56',
    7,
    7,
    'MP2EtRCAUIZvTw6MxJHLV7N7JDs=',
    '5w3ZRjeKBzqT3zsaEECDGjUbYeg=',
  ],
  [
    132,
    '192.168.170.56',
    '192.168.170.8',
    7,
    7,
    'MP2EtRCAUIZvTw6MxJHLV7N7JDs=',
    '5w3ZRjeKBzqT3zsaEECDGjUbYeg=',
  ],
  [
    6,
    '128.232.110.120',
    '66.35.250.204',
    34855,
    80,
    'LQU9qZlK+B5F3KDmev6m5PMibrg=',
    '3V71V58M3Ksw/yuFALMcW0LAHvc=',
  ],
  [
    6,
    '66.35.250.204',
    '128.232.110.120',
    80,
    34855,
    'LQU9qZlK+B5F3KDmev6m5PMibrg=',
    '3V71V58M3Ksw/yuFALMcW0LAHvc=',
  ],
  [17, '192.168.1.52', '8.8.8.8', 54585, 53, 'd/FP5EW3wiY1vCndhwleRRKHowQ=', 'Q9We8WO3piVF8yEQBNJF4uiSVrI='],
  [17, '8.8.8.8', '192.168.1.52', 53, 54585, 'd/FP5EW3wiY1vCndhwleRRKHowQ=', 'Q9We8WO3piVF8yEQBNJF4uiSVrI='],
  [46, '10.1.12.1', '10.1.12.2', 0, 0, 'KHlLkgoJW7ifUTyTSgyVfkFHzKw=', 'rYir8gphR31noO9iDRQmF/BteEI='],
  [46, '10.1.12.2', '10.1.12.1', 0, 0, 'KHlLkgoJW7ifUTyTSgyVfkFHzKw=', 'rYir8gphR31noO9iDRQmF/BteEI='],
];

const ICMP = new Set([1, 58]);

/** A packet of the flow: 20 bytes behind the IP header, its ports or type and code first. */
function frameOf([protocol, src, dst, one, other]: Vector): Buffer {
  const rest = Buffer.alloc(20);
  if (ICMP.has(protocol)) rest.set([one, other]);
  else {
    rest.writeUInt16BE(one, 0);
    rest.writeUInt16BE(other, 2);
  }
  if (protocol === 6) rest[12] = 5 << 4;
  const network: LayerInput = src.includes(':')
    ? { layer: 'ipv6', version: 6, tc: 0, fl: 0, plen: 20, nh: protocol, hlim: 1, src, dst }
    : {
        layer: 'ip',
        version: 4,
        ihl: 5,
        tos: 0,
        len: 40,
        id: 0,
        flags: 0,
        frag: 0,
        ttl: 1,
        proto: protocol,
        chksum: 0,
        src,
        dst,
      };
  const mac = { dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01' };
  const type = src.includes(':') ? 0x86dd : 0x0800;
  return encodeLayers([
    { layer: 'ether', ...mac, type },
    network,
    { layer: 'raw', load: rest.toString('hex') },
  ]);
}

describe('the community_id column', () => {
  it.each(VECTORS)('protocol %i from %s to %s (%i, %i)', (...vector) => {
    const packet = packetOf(frameOf(vector), 0);
    for (const seed of [0, 1]) {
      for (const set of ['nfstream', 'cicflowmeter'] as const) {
        expect(rowsOf(set, [packet], { seed })[0].community_id).toBe(`1:${vector[5 + seed]}`);
      }
    }
  });

  it('is that of the first packet where ICMP of several types is one flow', () => {
    const [request, reply] = [VECTORS[10], VECTORS[11]].map((vector, i) => packetOf(frameOf(vector), i));
    const rows = rowsOf('nfstream', [request, reply]);
    expect(rows.map((row) => [row.bidirectional_packets, row.community_id])).toEqual([
      [2, `1:${VECTORS[10][5]}`],
    ]);
  });

  it('is null for ICMP whose type was cut off', () => {
    const frame = frameOf(VECTORS[10]);
    expect(rowsOf('nfstream', [packetOf(frame, 0, 20)], { zeroForNone: true })[0].community_id).toBeNull();
  });
});

const idOf = (source: Uint8Array, destination: Uint8Array, protocol: number, icmpType: number) =>
  communityId({ source, destination, protocol, icmpType, icmpCode: 0 });

describe('communityId', () => {
  const source = Uint8Array.of(10, 0, 0, 1);
  const flow = { source, destination: source, protocol: 17 };

  it('puts ports in order where the addresses are equal', () => {
    const one = communityId({ ...flow, sourcePort: 1, destinationPort: 2 });
    expect(communityId({ ...flow, sourcePort: 2, destinationPort: 1 })).toBe(one);
    expect(communityId({ ...flow, sourcePort: 1, destinationPort: 3 })).not.toBe(one);
  });

  it('takes no notice of the ports of other protocols', () => {
    const lite = { ...flow, protocol: 136 };
    expect(communityId({ ...lite, sourcePort: 1, destinationPort: 2 })).toBe(communityId(lite));
  });

  it('pairs every ICMP request with its answer, and nothing else', () => {
    const destination = Uint8Array.of(10, 0, 0, 2);
    const pairs = new Map([
      [
        1,
        [
          [0, 8],
          [9, 10],
          [13, 14],
          [15, 16],
          [17, 18],
        ],
      ],
      [
        58,
        [
          [128, 129],
          [130, 131],
          [133, 134],
          [135, 136],
          [139, 140],
          [144, 145],
        ],
      ],
    ]);
    for (const [protocol, known] of pairs) {
      const ids = Array.from({ length: 256 }, (_, type) => idOf(source, destination, protocol, type));
      const back = Array.from({ length: 256 }, (_, type) => idOf(destination, source, protocol, type));
      for (const [type, id] of ids.entries()) {
        const answers = [...back.keys()].filter((other) => back[other] === id);
        const partner = known.find((pair) => pair.includes(type))?.find((other) => other !== type);
        expect(answers, `${protocol}: ${type}`).toEqual(partner === undefined ? [] : [partner]);
      }
    }
  });
});
