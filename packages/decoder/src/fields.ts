import { APPLICATION } from './fields/application.ts';
import { LINK } from './fields/link.ts';
import { NETWORK } from './fields/network.ts';
import type { FieldSpec, FieldType, LayerSpec } from './fields/spec.ts';
import { TRANSPORT } from './fields/transport.ts';
import { QUOTED_LAYERS } from './nesting.ts';

const NAMED: readonly LayerSpec[] = [...LINK, ...NETWORK, ...TRANSPORT, ...APPLICATION];

/** The layers that an ICMP error quotes have the fields of the layers they are copies of. */
const QUOTED: readonly LayerSpec[] = NAMED.filter(({ layer }) => layer in QUOTED_LAYERS).map((spec) => ({
  ...spec,
  layer: QUOTED_LAYERS[spec.layer],
  prefix: QUOTED_LAYERS[spec.layer],
  title: `${spec.title} quoted by an ICMP error`,
}));

/** The one catalogue of schema 2: every layer and field a message can hold. */
export const CATALOGUE: readonly LayerSpec[] = [...NAMED, ...QUOTED];

/** A column of a schema-2 dataset. */
export interface ColumnSpec {
  /** Header of the column, such as `tcp_options.MSS` or `inner_ip_src`. */
  readonly column: string;
  /** Where its value stands in a message's `data`. A last number is the place in a pair. */
  readonly path: readonly (string | number)[];
  readonly type: FieldType;
  /** The layer it belongs to, in words. */
  readonly title: string;
  readonly meaning: string;
  readonly unit: string | undefined;
}

/**
 * A packet inside a packet has columns for what flows are made of; whatever else it holds is in the
 * JSON column `inner_rest`, so that nothing is lost and the header stays readable.
 */
const INNER: Readonly<Record<string, readonly string[]>> = {
  ether: ['dst', 'src', 'type'],
  dot1q: ['vlan'],
  ip: ['ihl', 'tos', 'len', 'id', 'flags', 'frag', 'ttl', 'proto', 'chksum', 'src', 'dst'],
  ipv6: ['tc', 'fl', 'plen', 'nh', 'hlim', 'src', 'dst', 'proto'],
  icmp: ['type', 'code', 'id', 'seq'],
  icmpv6: ['type', 'code', 'id', 'seq'],
  tcp: ['sport', 'dport', 'seq', 'ack', 'dataofs', 'flags', 'flagsText', 'window', 'chksum', 'urgptr'],
  udp: ['sport', 'dport', 'len', 'chksum'],
  raw: ['load'],
};

/** Name of the JSON column that holds what an inner packet's own columns do not. */
export const REST = 'rest';

function columnsOf(
  layer: LayerSpec,
  [name, type, meaning, unit]: FieldSpec,
  at: readonly string[] = [],
  prefix = '',
): ColumnSpec[] {
  const column = `${prefix}${layer.prefix}_${name}`;
  const path = [...at, layer.layer, ...name.split('.')];
  const { title } = layer;
  if (type !== 'pair') return [{ column, path, type, title, meaning, unit }];
  return [0, 1].map((place) => ({
    column: `${column}.${place}`,
    path: [...path, place],
    type: 'uint' as const,
    title,
    meaning: `${meaning}, ${place === 0 ? 'first' : 'second'}`,
    unit,
  }));
}

const INNER_TITLE = 'Tunnelled packet';

function innerColumns(): ColumnSpec[] {
  const columns = CATALOGUE.flatMap((layer) =>
    layer.fields
      .filter(([name]) => INNER[layer.layer]?.includes(name))
      .flatMap((field) => columnsOf(layer, field, ['inner'], 'inner_')),
  ).map((spec) => ({ ...spec, title: `${INNER_TITLE}: ${spec.title}` }));
  const rest: ColumnSpec = {
    column: `inner_${REST}`,
    path: ['inner', REST],
    type: 'json',
    title: INNER_TITLE,
    meaning: 'Everything else',
    unit: undefined,
  };
  return [...columns, rest];
}

const byName = (a: ColumnSpec, b: ColumnSpec): number => (a.column < b.column ? -1 : 1);

/** All columns of a schema-2 dataset behind `idx` and `packet_id`, sorted by name (code units). */
export const COLUMNS: readonly ColumnSpec[] = [
  ...CATALOGUE.flatMap((layer) => layer.fields.flatMap((field) => columnsOf(layer, field))),
  ...innerColumns(),
].sort(byName);
