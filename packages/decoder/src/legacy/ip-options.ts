import { ipv4 } from '../address.ts';
import { u16 } from '../bytes.ts';
import { slice } from './fields.ts';
import { bytesRepr, stringRepr } from './python-repr.ts';

export interface IpOptionList {
  /** Python's repr of kamene's list of options: what the original puts into `ip.fields_options`. */
  text: string;
  /** Where kamene gives up and takes the rest as `raw`; -1 when all could be read. */
  unreadable: number;
}

type Part = [name: string, size: number, repr: (data: Buffer, at: number) => string];

const number8 = (name: string): Part => [name, 1, (data, at) => String(data[at])];
const number16 = (name: string): Part => [name, 2, (data, at) => String(u16(data, at))];
const LENGTH = number8('length');

/** What stands behind the option's first byte; `list`: addresses up to the option's length. */
interface Kind {
  name: string;
  parts?: Part[];
  list?: { name: string; headerLength: number };
  code?: true;
}

const route = (name: string): Kind => ({
  name,
  parts: [LENGTH, number8('pointer')],
  list: { name: 'routers', headerLength: 3 },
});
const KINDS: Readonly<Record<number, Kind>> = {
  0: { name: 'EOL' },
  1: { name: 'NOP' },
  2: {
    name: 'Security',
    parts: [LENGTH, number16('security'), number16('compartment'), number16('handling_restrictions')],
    code: true,
  },
  3: route('LSRR'),
  7: route('RR'),
  8: { name: 'Stream_Id', parts: [LENGTH, number16('security')] },
  9: route('SSRR'),
  11: { name: 'MTU_Probe', parts: [LENGTH, number16('mtu')] },
  12: { name: 'MTU_Reply', parts: [LENGTH, number16('mtu')] },
  18: {
    name: 'Traceroute',
    parts: [
      LENGTH,
      number16('id'),
      number16('outbound_hops'),
      number16('return_hops'),
      ['originator_ip', 4, ipv4],
    ],
  },
  19: { name: 'Address_Extension', parts: [LENGTH, ['src_ext', 4, ipv4], ['dst_ext', 4, ipv4]] },
  20: {
    name: 'Router_Alert',
    parts: [
      LENGTH,
      [
        'alert',
        2,
        (data, at) => (u16(data, at) === 0 ? 'router_shall_examine_packet' : String(u16(data, at))),
      ],
    ],
  },
  21: { name: 'SDBM', parts: [LENGTH], list: { name: 'addresses', headerLength: 2 } },
};

/** The option numbers that kamene has names for. */
const NUMBERS: Readonly<Record<number, string>> = {
  0: 'end_of_list',
  1: 'nop',
  2: 'security',
  3: 'loose_source_route',
  4: 'timestamp',
  5: 'extended_security',
  6: 'commercial_security',
  7: 'record_route',
  8: 'stream_id',
  9: 'strict_source_route',
  10: 'experimental_measurement',
  11: 'mtu_probe',
  12: 'mtu_reply',
  13: 'flow_control',
  14: 'access_control',
  15: 'encode',
  16: 'imi_traffic_descriptor',
  17: 'extended_IP',
  18: 'traceroute',
  19: 'address_extension',
  20: 'router_alert',
  21: 'selective_directed_broadcast_mode',
  23: 'dynamic_packet_state',
  24: 'upstream_multicast_packet',
  25: 'quick_start',
  30: 'rfc4727_experiment',
};
const CLASSES: Readonly<Record<number, string>> = { 0: 'control', 2: 'debug' };
const CODE_SIZE = 3;

/** Reads `data[from..to)` as kamene reads IPv4 options, one after the other, to the last byte. */
export function readIpOptions(data: Buffer, from: number, to: number): IpOptionList {
  const items: string[] = [];
  for (let at = from; at < to; ) {
    const option = readOption(data, at, to);
    if (option === null) {
      items.push(`<Raw  load=${stringRepr(data, at, to)} |>`);
      return { text: `[${items.join(', ')}]`, unreadable: at };
    }
    items.push(option.text);
    at = option.end;
  }
  return { text: `[${items.join(', ')}]`, unreadable: -1 };
}

/** One option; null when kamene cannot read it: a number or an address is cut. */
function readOption(data: Buffer, start: number, to: number): { text: string; end: number } | null {
  const first = data[start];
  const number = first & 31;
  const optionClass = (first >> 5) & 3;
  const kind = KINDS[number];
  let text = ` copy_flag=${first >> 7} optclass=${CLASSES[optionClass] ?? optionClass}`;
  text += ` option=${NUMBERS[number] ?? number}`;
  let at = start + 1;
  for (const [name, size, repr] of kind === undefined ? [LENGTH] : (kind.parts ?? [])) {
    if (at >= to) break;
    if (to - at < size) return null;
    text += ` ${name}=${repr(data, at)}`;
    at += size;
  }
  if (at < to) {
    const length = data[start + 1];
    if (kind === undefined) {
      const end = at + slice(to - at, length - 2);
      text += ` value=${stringRepr(data, at, end)}`;
      at = end;
    } else if (kind.list !== undefined) {
      const end = at + slice(to - at, length - kind.list.headerLength);
      if ((end - at) % 4 !== 0) return null;
      const addresses: string[] = [];
      for (; at < end; at += 4) addresses.push(`'${ipv4(data, at)}'`);
      text += ` ${kind.list.name}=[${addresses.join(', ')}]`;
    } else if (kind.code) {
      const end = Math.min(to, at + CODE_SIZE);
      text += ` transmission_control_code=${codeRepr(data, at, end)}`;
      at = end;
    }
  }
  return { text: `<IPOption${kind === undefined ? '' : `_${kind.name}`} ${text} |>`, end: at };
}

/** Zero bytes at the end are not shown. */
function codeRepr(data: Buffer, from: number, end: number): string {
  let to = end;
  while (to > from && data[to - 1] === 0) to--;
  return bytesRepr(data, from, to);
}
