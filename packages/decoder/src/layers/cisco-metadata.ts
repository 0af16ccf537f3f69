import { hex, u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Cisco metadata (EtherType 0x8909): security group tags between Ethernet and the packet. */
export class CiscoMetadata implements Layer {
  version: number;
  /** Number of options, each four bytes: the header has one even when this is 0. */
  length: number;
  /** The options, hex. */
  options: string;
  type: number;

  constructor(data: Buffer, at: number) {
    this.version = data[at];
    this.length = data[at + 1];
    const end = at + PREFIX + optionsSize(this.length);
    this.options = hex(data, at + PREFIX, end);
    this.type = u16(data, end);
  }

  get layer() {
    return 'cmd' as const;
  }
}

const PREFIX = 2;
const OPTION = 4;
const optionsSize = (length: number): number => OPTION * Math.max(1, length);

export function decodeCiscoMetadata(d: Decoding): void {
  const have = d.end - d.pos;
  const options = optionsSize(have < PREFIX ? 0 : d.data[d.pos + 1]);
  const size = PREFIX + options + 2;
  if (have < size) return d.partial('cmd', size, endsOf(options), (data, at) => new CiscoMetadata(data, at));
  const layer = new CiscoMetadata(d.data, d.pos);
  d.layers.push(layer);
  d.pos += size;
  d.follow(Space.ETHER_TYPE, layer.type);
}

const endsOf = (options: number): FieldEnds => [
  ['version', 1],
  ['length', PREFIX],
  ['options', PREFIX + options],
  ['type', PREFIX + options + 2],
];

export type CiscoMetadataFields = Partial<Omit<CiscoMetadata, 'layer'>>;

export function encodeCiscoMetadata(fields: CiscoMetadataFields, w: Writer): void {
  const start = w.length;
  const { options = '' } = fields;
  w.u8(fields.version).u8(fields.length).hex(options).u16(fields.type);
  w.trim(start, fields, endsOf(options.length / 2));
}
