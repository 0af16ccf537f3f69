import { i32, u16 } from './bytes.ts';
import { EtherType, Next } from './next.ts';
import type { PacketHeaders } from './packet-headers.ts';

/*
 * Each function reads the header at `h.pos` and answers what follows it. They follow what the decoder's
 * layers of the same names do; where the specifications are is said there.
 */

const MAX_802_3_LENGTH = 1500;
const FIRST_ETHER_TYPE = 1536;

export function readEthernet(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 14) return Next.NONE;
  h.layers++;
  h.pos = pos + 14;
  const type = u16(data, pos + 12);
  if (type >= FIRST_ETHER_TYPE) return type;
  if (type <= MAX_802_3_LENGTH) h.limit(h.pos, type);
  return Next.LLC;
}

/** All tags that follow one another. */
export function readVlan(h: PacketHeaders): number {
  const { data } = h;
  let tagged = false;
  for (;;) {
    const { pos, end } = h;
    if (end - pos < 4) return Next.NONE;
    if (!tagged) h.layers++;
    tagged = true;
    h.vlan = ((h.vlan << 12) | (u16(data, pos) & 0xfff)) & 0xffffff;
    h.pos = pos + 4;
    const next = u16(data, pos + 2);
    if (next <= MAX_802_3_LENGTH) {
      h.limit(h.pos, next);
      return Next.LLC;
    }
    if (!isVlan(next)) return next;
  }
}

const isVlan = (type: number): boolean =>
  type === EtherType.VLAN || type === EtherType.PROVIDER_VLAN || type === EtherType.OLD_PROVIDER_VLAN;

const SAP_SNAP = 0xaa;
const SAP_IPV4 = 0x06;
/** Organisations whose SNAP codes are EtherTypes. */
const OUI_ETHERNET = 0;
const OUI_CISCO_BRIDGED = 0xf8;

export function readLlc(h: PacketHeaders): number {
  const { data, pos, end } = h;
  const have = end - pos;
  const unnumbered = have >= 3 && (data[pos + 2] & 3) === 3;
  const size = unnumbered ? 3 : 4;
  if (have < size) return Next.NONE;
  h.layers++;
  h.pos = pos + size;
  if (!unnumbered) return Next.NONE;
  if (data[pos] === SAP_IPV4) return EtherType.IPV4;
  return data[pos] === SAP_SNAP ? readSnap(h) : Next.NONE;
}

function readSnap(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 5) return Next.NONE;
  h.layers++;
  h.pos = pos + 5;
  const organisation = i32(data, pos) >>> 8;
  const known = organisation === OUI_ETHERNET || organisation === OUI_CISCO_BRIDGED;
  return known ? u16(data, pos + 3) : Next.NONE;
}

const COOKED_802_2 = 4;

export const readCookedV1 = (h: PacketHeaders): number => readCooked(h, 16, 14);

export const readCookedV2 = (h: PacketHeaders): number => readCooked(h, 20, 0);

function readCooked(h: PacketHeaders, size: number, protocolAt: number): number {
  const { data, pos, end } = h;
  if (end - pos < size) return Next.NONE;
  h.layers++;
  h.pos = pos + size;
  const protocol = u16(data, pos + protocolAt);
  return protocol === COOKED_802_2 ? Next.LLC : protocol;
}

export function readLoopback(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 4) return Next.NONE;
  h.layers++;
  h.pos = pos + 4;
  // Families are small: whichever byte order gives the small number is the host's.
  const family = u16(data, pos) > 0 ? data.readUInt32LE(pos) : i32(data, pos);
  switch (family) {
    case 2:
      return EtherType.IPV4;
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return EtherType.IPV6;
    default:
      return Next.NONE;
  }
}

const NFLOG_PAYLOAD = 9;

export function readNflog(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 4) return Next.NONE;
  h.layers++;
  const family = data[pos];
  let at = pos + 4;
  while (end - at >= 4) {
    const length = data.readUInt16LE(at);
    if (length < 4) return Next.NONE;
    if (data.readUInt16LE(at + 2) === NFLOG_PAYLOAD) {
      h.limit(at, length);
      h.pos = at + 4;
      if (family === 2) return EtherType.IPV4;
      return family === 10 ? EtherType.IPV6 : Next.NONE;
    }
    at += (length + 3) & ~3;
  }
  return Next.NONE;
}

export function readBackbone(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 18) return Next.NONE;
  h.layers++;
  h.enterTunnel(i32(data, pos) & 0xffffff);
  h.pos = pos + 18;
  return u16(data, pos + 16);
}

export function readCiscoMetadata(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 2) return Next.NONE;
  const size = 4 + 4 * Math.max(1, data[pos + 1]);
  if (end - pos < size) return Next.NONE;
  h.layers++;
  h.pos = pos + size;
  return u16(data, pos + size - 2);
}

const MAX_LABELS = 16;

/** Labels differ by direction, so they tell no flows apart. */
export function readMpls(h: PacketHeaders): number {
  const { data } = h;
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    const { pos, end } = h;
    if (end - pos < 4) return Next.NONE;
    if (labels === 0) h.layers++;
    h.pos = pos + 4;
    if ((data[pos + 2] & 1) === 0) continue;
    // Nothing in the stack names what follows; the first nibble tells IP apart from pseudowires.
    const version = h.pos < end ? data[h.pos] >> 4 : 0;
    if (version === 4) return EtherType.IPV4;
    return version === 6 ? EtherType.IPV6 : Next.NONE;
  }
  return Next.NONE;
}

export function readPppoe(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 6) return Next.NONE;
  h.layers++;
  h.pos = pos + 6;
  h.limit(h.pos, u16(data, pos + 4));
  const isSession = data[pos + 1] === 0;
  if (!isSession || h.pos >= h.end) return Next.NONE;
  h.enterTunnel(u16(data, pos + 2));
  return readPpp(h);
}

const ALL_STATIONS = 0xff;
const UNNUMBERED_INFORMATION = 0x03;

export function readPpp(h: PacketHeaders): number {
  const { data, end } = h;
  let { pos } = h;
  const framed = pos + 1 < end && data[pos] === ALL_STATIONS && data[pos + 1] === UNNUMBERED_INFORMATION;
  if (framed) pos += 2;
  // Protocol numbers are odd in their last byte: an odd first byte is all there is.
  const size = pos < end && data[pos] & 1 ? 1 : 2;
  if (end - pos < size) return Next.NONE;
  h.layers++;
  h.pos = pos + size;
  return Next.PPP + (size === 1 ? data[pos] : u16(data, pos));
}

const CISCO_UNICAST = 0x0f;
const CISCO_MULTICAST = 0x8f;

/** PPP in HDLC-like framing, or Cisco HDLC; the first byte tells. */
export function readPppHdlc(h: PacketHeaders): number {
  const first = h.pos < h.end ? h.data[h.pos] : -1;
  return first === CISCO_UNICAST || first === CISCO_MULTICAST ? readCiscoHdlc(h) : readPpp(h);
}

export function readCiscoHdlc(h: PacketHeaders): number {
  const { data, pos, end } = h;
  if (end - pos < 4) return Next.NONE;
  h.layers++;
  h.pos = pos + 4;
  return u16(data, pos + 2);
}
