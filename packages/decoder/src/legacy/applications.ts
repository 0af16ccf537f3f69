import { u16, u32 } from '../bytes.ts';
import { endOfFields, type Foreign, foreign } from './foreign.ts';
import type { LayerName } from './names.ts';
import type { Dissector, Dissectors } from './walk.ts';

const rest = () => Number.POSITIVE_INFINITY;

const NAME_HEADER = [2, 2, 2, 2, 2, 2, -31, 2, 1];
const SMB_HEADER = [-4, 1, 1, 1, 2, 1, 2, 2, 8, 2, 2, 2, 2, 2, 1, 2];

const MOBILE_IP: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'mobileIpRequest'],
  [3, 'mobileIpReply'],
  [4, 'mobileIpTunnel'],
]);
const IP_IN_MOBILE_IP = 4;

const TFTP: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'tftpRequest'],
  [2, 'tftpRequest'],
  [3, 'tftpBlock'],
  [4, 'tftpBlock'],
  [5, 'tftpError'],
  [6, 'tftpOptions'],
]);

/** An option that kamene cannot read is a layer of its own: raw. */
const tftpOptions: Dissector = (walk, start, end) => {
  for (let at = start; at < end; ) {
    const next = endOfFields([0, 0], walk.data, at, end);
    if (next < 0) {
      walk.raw(at, end);
      break;
    }
    at = next;
  }
  return true;
};

const SEBEK_V1 = [4, 4, 4, -12, 4];
const SEBEK_V3 = [4, 4, 4, 4, 4, -12, 4];
const SEBEK_SOCKET = [...SEBEK_V3, 4, 2, 4, 2, 2, 1];
const SEBEK_HEADER = 20;
const SOCKET_RECORD = 2;

/** The record behind a Sebek header, which says its version and type. */
function sebekRecord(data: Buffer, at: number): Foreign | undefined {
  const version = u16(data, at - SEBEK_HEADER + 4);
  const type = u16(data, at - SEBEK_HEADER + 6);
  if (version === 1) return { fields: SEBEK_V1, span: () => u32(data, at + 24) };
  if (version !== 2 && version !== 3) return undefined;
  if (type === SOCKET_RECORD) return { fields: SEBEK_SOCKET };
  return { fields: SEBEK_V3, span: () => u32(data, at + 32) };
}

/** HSRP's authentication block follows where the UDP length, right before the header, leaves room. */
const HSRP_DATAGRAM = 28;
const BER_SEQUENCE = 0x30;
const DHCP6_TYPES = 13;

/** Kamene's layers on UDP and TCP ports. */
export const APPLICATIONS = {
  bootp: foreign({ fields: [1, 1, 1, 1, 4, 2, 2, 4, 4, 4, 4, 16, 64, 128], span: rest }),
  // Options that would crash the original are common here, so their inside is not followed.
  dhcp6: foreign((data, at, end) =>
    end - at > 1 && data[at] >= 1 && data[at] <= DHCP6_TYPES ? { fields: [1, 3], span: rest } : undefined,
  ),
  hsrp: foreign({
    fields: [1, 1, 1, 1, 1, 1, 1, 1, -8, 4],
    next: (data, at) => (u16(data, at - 4) > HSRP_DATAGRAM ? 'hsrpMd5' : undefined),
  }),
  hsrpMd5: foreign({ fields: [1, 1, 1, 1, 2, 4, 4, -16] }),
  l2tp: foreign({ fields: [2, 2, 2, 2, 2, 2, 2], next: () => 'ppp' }),
  // Kamene's reader of MGCP looks for text in bytes and always fails.
  mgcp: () => false,
  mobileIp: foreign({ fields: [1], next: (data, at) => MOBILE_IP.get(data[at]) }),
  mobileIpRequest: foreign({ fields: [1, 2, 4, 4, 4, 8] }),
  mobileIpReply: foreign({ fields: [1, 2, 4, 4, 8] }),
  mobileIpTunnel: foreign({
    fields: [1, 2],
    next: (data, at) => (data[at] === IP_IN_MOBILE_IP ? 'ip' : undefined),
  }),
  nbnsRequest: foreign({ fields: [...NAME_HEADER, 2, 2] }),
  nbnsResponse: foreign({ fields: [...NAME_HEADER, 2, 2, 4, 2, 2, 4] }),
  nbtDatagram: foreign({ fields: [1, 1, 2, 4, 2, 2, 2, -31, 2, 1, -31, 2, 1] }),
  nbtSession: foreign({ fields: [1, 3], next: () => 'smbHeader' }),
  smbHeader: foreign({ fields: SMB_HEADER, next: () => 'smbTail' }),
  smbTail: foreign({ fields: [1, 0], next: () => 'smbTail' }),
  ntp: foreign({ fields: [1, 1, 1, 1, 4, 4, 4, 8, 8, 8, 8] }),
  rip: foreign({ fields: [1, 1, 2], next: () => 'ripEntry' }),
  ripEntry: foreign({ fields: [2, 2, 4, 4, 4, 4], next: () => 'ripEntry' }),
  sebek: foreign({ fields: [4, 2, 2, 4, 4, 4], next: () => 'sebekRecord' }),
  sebekRecord: foreign(sebekRecord),
  skinny: foreign({ fields: [4, 4, 4] }),
  // A message that kamene can read crashes the original; one that does not even start like one is raw.
  snmp: foreign((data, at) => (data[at] === BER_SEQUENCE ? { fields: [1], span: rest } : undefined)),
  tftp: foreign({ fields: [2], next: (data, at) => TFTP.get(u16(data, at)) }),
  tftpRequest: foreign({ fields: [0, 0], next: () => 'tftpOptions' }),
  tftpBlock: foreign({ fields: [2] }),
  tftpError: foreign({ fields: [2, 0] }),
  tftpOptions,
} satisfies Partial<Dissectors>;
