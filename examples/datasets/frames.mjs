// Frames with right lengths and checksums, made of the fields that matter.
import { encodeLayers } from '../../packages/decoder/dist/index.js';

const IPV4 = 0x0800;
const ICMP = 1;
const TCP = 6;
const UDP = 17;

/** The Internet checksum (RFC 1071). */
function checksum(...parts) {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const octets = (address) => Buffer.from(address.split('.').map(Number));

/** The pseudo header that checksums of TCP and UDP take in. */
function pseudoHeader(from, to, protocol, length) {
  return Buffer.concat([
    octets(from.ip),
    octets(to.ip),
    Buffer.from([0, protocol, length >> 8, length & 255]),
  ]);
}

/** @param hosts `from` and `to`, each with `mac` and `ip`; `ttl` of the packet, `id` of the datagram */
function ipv4Frame({ from, to, ttl = 64, id = 0, tos = 0 }, protocol, body) {
  const header = {
    layer: 'ip',
    version: 4,
    ihl: 5,
    tos,
    len: 20 + body.length,
    id,
    flags: 2,
    frag: 0,
    ttl,
    proto: protocol,
    chksum: 0,
    src: from.ip,
    dst: to.ip,
  };
  const chksum = checksum(encodeLayers([header]));
  const ether = { layer: 'ether', dst: to.mac, src: from.mac, type: IPV4 };
  return Buffer.concat([encodeLayers([ether, { ...header, chksum }]), body]);
}

/** @param options hex, a multiple of four bytes */
export function tcpFrame(
  way,
  { sport, dport, seq, ack = 0, flags, window = 64_240, options = '', payload = '' },
) {
  const data = Buffer.from(payload);
  const header = {
    layer: 'tcp',
    sport,
    dport,
    seq,
    ack,
    dataofs: 5 + options.length / 8,
    reserved: 0,
    flags,
    window,
    chksum: 0,
    urgptr: 0,
    options: { raw: options },
  };
  const bytes = encodeLayers([header]);
  const chksum = checksum(pseudoHeader(way.from, way.to, TCP, bytes.length + data.length), bytes, data);
  return ipv4Frame(way, TCP, Buffer.concat([encodeLayers([{ ...header, chksum }]), data]));
}

export function udpFrame(way, { sport, dport, payload = '' }) {
  const data = Buffer.from(payload);
  const header = { layer: 'udp', sport, dport, len: 8 + data.length, chksum: 0 };
  const pseudo = pseudoHeader(way.from, way.to, UDP, header.len);
  const chksum = checksum(pseudo, encodeLayers([header]), data) || 0xffff;
  return ipv4Frame(way, UDP, Buffer.concat([encodeLayers([{ ...header, chksum }]), data]));
}

/** @param fields those of the message's type; `payload` is what follows them */
export function icmpFrame(way, { payload = '', ...fields }) {
  const data = Buffer.from(payload);
  const header = { layer: 'icmp', chksum: 0, ...fields };
  const chksum = checksum(encodeLayers([header]), data);
  return ipv4Frame(way, ICMP, Buffer.concat([encodeLayers([{ ...header, chksum }]), data]));
}

/** Asks who has an address. */
export function arpRequest(from, ip) {
  const request = { hwtype: 1, ptype: IPV4, hwlen: 6, plen: 4, op: 1 };
  const addresses = { hwsrc: from.mac, psrc: from.ip, hwdst: '00:00:00:00:00:00', pdst: ip };
  return encodeLayers([
    { layer: 'ether', dst: 'ff:ff:ff:ff:ff:ff', src: from.mac, type: 0x0806 },
    { layer: 'arp', ...request, ...addresses },
  ]);
}
