import { describe, expect, it } from 'vitest';
import { frame, ip, layersOf, project, tcp, udp } from '../../test/legacy-frames.ts';
import { DNS_DEFAULTS } from './dns.ts';

const overUdp = (message: string, port = 53) => frame(0x0800, ip(17, udp(9, port, message)));
const dnsOf = (message: string) => project(overUdp(message))?.dns;

const HEADER = '1234 8180';
const QUESTION = '0161 00 0001 0001';

describe('dns', () => {
  it.each([
    ['a question', `${HEADER} 0001 0000 0000 0000 ${QUESTION}`],
    ['an answer', `${HEADER} 0000 0001 0000 0000 0161 00 0001 0001 00000000 0004 01020304`],
    ['an additional record', `${HEADER} 0000 0000 0000 0001 00 0029 1000 00000000 0000`],
    ['a count of additional records and no bytes', `${HEADER} 0000 0000 0000 0001`],
  ])('is twenty constants where there is %s', (_name, message) => {
    expect(JSON.stringify(dnsOf(message))).toBe(JSON.stringify(DNS_DEFAULTS));
    expect(Object.keys(DNS_DEFAULTS)).toHaveLength(20);
  });

  it('has the header’s flags otherwise, and the id as length', () => {
    expect(JSON.stringify(dnsOf(`1234 8583 0000 0000 0001 0000`))).toBe(
      '{"length":4660,"qr":1,"opcode":0,"aa":1,"tc":0,"rd":1,"ra":1,"z":0,"ad":0,"cd":0,"rcode":3,' +
        '"qdcount":0,"ancount":0,"nscount":1}',
    );
    expect(dnsOf('0000 0000 0000 0000 0000 0000')?.length).toBeNull();
    expect(dnsOf('1234 81')).toEqual({ length: 0x1234, qr: 1, opcode: 0, aa: 0, tc: 0, rd: 1 });
  });

  it('loses what follows a message with a question', () => {
    const padded = frame(0x0800, `${ip(17, udp(9, 53, `${HEADER} 0001 0000 0000 0000 ${QUESTION}`))} 0000`);
    expect(layersOf(padded)).toEqual(['ether', 'ip', 'udp', 'dns']);
    const plain = frame(0x0800, `${ip(17, udp(9, 53, `${HEADER} 0000 0000 0000 0000 6162`))} 0000`);
    expect(layersOf(plain)).toEqual(['ether', 'ip', 'udp', 'dns', 'raw', 'padding']);
  });

  it.each([
    ['a header cut inside a field', '1234 8180 00'],
    ['a question cut inside its type', `${HEADER} 0001 0000 0000 0000 0161 00 00`],
    ['a record cut inside its header', `${HEADER} 0000 0001 0000 0000 0161 00 0001 0001 00000000 00`],
    ['an address of the wrong size', `${HEADER} 0000 0001 0000 0000 00 0001 0001 00000000 0003 010203`],
    ['an IPv6 address of the wrong size', `${HEADER} 0000 0001 0000 0000 00 001c 0001 00000000 0001 01`],
    ['a key tag that is cut', `${HEADER} 0000 0001 0000 0000 00 002b 0001 00000000 0001 01`],
    ['a compressed signer', `${HEADER} 0000 0001 0000 0000 00 002f 0001 00000000 0002 c00c`],
    [
      'a pointer name that starts in the header',
      `${HEADER} 0000 0001 0000 0000 00 000c 0001 00000000 0002 c005`,
    ],
  ])('is raw with %s', (_name, message) => {
    expect(dnsOf(message)).toBeUndefined();
    expect(layersOf(overUdp(message))).toEqual(['ether', 'ip', 'udp', 'raw']);
  });

  it.each([
    ['a loop of pointers', `${HEADER} 0001 0000 0000 0000 c00c 0001 0001`],
    ['a pointer in a pointer name', `${HEADER} 0000 0001 0000 0000 00 000c 0001 00000000 0002 c00c`],
    ['an empty address', `${HEADER} 0000 0001 0000 0000 00 0001 0001 00000000 0000`],
    ['a name that is its own signer', `${HEADER} 0000 0001 0000 0000 00 002f 0001 00000000 0003 016100`],
    ['a question without type and class', `${HEADER} 0001 0000 0000 0000 0161 00`],
  ])('is readable with %s', (_name, message) => {
    expect(dnsOf(message)).toEqual(DNS_DEFAULTS);
  });

  it('takes a count above the number of bytes for an empty section', () => {
    expect(dnsOf(`${HEADER} ffff 0000 0000 0000 61`)).toMatchObject({ qdcount: 0xffff, nscount: 0 });
    expect(project(overUdp(`${HEADER} ffff 0000 0000 0000 61`))?.raw).toEqual({ load: '61' });
  });

  it('starts with a length over TCP', () => {
    const data = project(frame(0x0800, ip(6, tcp(9, 53, '000c 0000 8180 0000 0000 0000 0000'))));
    expect(data?.dns).toMatchObject({ length: 12, qr: 1, nscount: 0 });
    const question = `001d ${HEADER} 0001 0000 0000 0000 ${QUESTION}`;
    expect(project(frame(0x0800, ip(6, tcp(53, 9, question))))?.dns).toEqual(DNS_DEFAULTS);
  });

  it('is not read on the multicast port', () => {
    expect(layersOf(overUdp(`${HEADER} 0001 0000 0000 0000 ${QUESTION}`, 5353))).toContain('raw');
  });

  it('as LLMNR is left out, with what follows a question', () => {
    const question = ip(17, udp(9, 5355, `${HEADER} 0001 0000 0000 0000 ${QUESTION}`));
    expect(layersOf(frame(0x0800, `${question} 0000`))).toEqual(['ether', 'ip', 'udp']);
    const plain = ip(17, udp(9, 5355, `${HEADER} 0000 0000 0000 0000`));
    expect(layersOf(frame(0x0800, `${plain} 0000`))).toEqual(['ether', 'ip', 'udp', 'padding']);
    expect(layersOf(overUdp('12348180', 5355))).toContain('raw');
  });
});
