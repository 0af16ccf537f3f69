import type { LayerSpec } from './spec.ts';

/** Columns of layer 4, of payload and of padding. */
export const TRANSPORT: readonly LayerSpec[] = [
  {
    layer: 'tcp',
    prefix: 'tcp',
    title: 'TCP',
    fields: [
      ['sport', 'uint', 'Source port'],
      ['dport', 'uint', 'Destination port'],
      ['seq', 'uint', 'Sequence number'],
      ['ack', 'uint', 'Acknowledgement number'],
      ['dataofs', 'uint', 'Header length', '32-bit words'],
      ['reserved', 'uint', 'Reserved bits'],
      ['flags', 'uint', '256 NS, 128 CWR, 64 ECE, 32 URG, 16 ACK, 8 PSH, 4 RST, 2 SYN, 1 FIN'],
      ['flagsText', 'token', 'The flags as letters FSRPAUECN'],
      ['window', 'uint', 'Window, not scaled'],
      ['chksum', 'uint', 'Checksum'],
      ['urgptr', 'uint', 'Urgent pointer'],
      ['options.raw', 'hex', 'All options'],
      ['options.MSS', 'uint', 'Maximum segment size', 'bytes'],
      ['options.WScale', 'uint', 'Window scale, a shift count'],
      ['options.SAckOK', 'bool', 'Selective acknowledgement permitted'],
      ['options.SAck', 'json', 'Selectively acknowledged blocks'],
      ['options.Timestamp', 'pair', 'Timestamp value and echo'],
      ['options.AltChkSum', 'uint[]', 'Alternate checksum'],
      ['options.UTO', 'uint', 'User timeout'],
      ['options.MD5', 'hex', 'MD5 digest'],
      ['options.AO', 'hex', 'Authentication'],
      ['options.MPTCP', 'hex', 'Multipath TCP'],
      ['options.TFO', 'hex', 'Fast open cookie'],
      ['options.other', 'json', 'Other options: kind and body'],
    ],
  },
  {
    layer: 'udp',
    prefix: 'udp',
    title: 'UDP',
    fields: [
      ['sport', 'uint', 'Source port'],
      ['dport', 'uint', 'Destination port'],
      ['len', 'uint', 'Length with header', 'bytes'],
      ['chksum', 'uint', 'Checksum; 0 is none'],
    ],
  },
  {
    layer: 'raw',
    prefix: 'raw',
    title: 'Bytes no layer reads',
    fields: [['load', 'hex', 'Payload']],
  },
  {
    layer: 'padding',
    prefix: 'pad',
    title: 'Bytes behind the packet’s own end',
    fields: [['load', 'hex', 'Padding']],
  },
];
