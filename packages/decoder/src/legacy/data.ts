/** The layers that the original's consumer knows; it drops any other from its datasets. */
export const LEGACY_LAYERS = [
  'ether',
  'ip',
  'ipv6',
  'icmp',
  'arp',
  'tcp',
  'udp',
  'dns',
  'raw',
  'padding',
] as const;
export type LegacyLayer = (typeof LEGACY_LAYERS)[number];

type Scalar = number | string | null | number[];

/** A value of the original's messages; the object holds TCP options by name. */
export type LegacyValue = Scalar | { [option: string]: Scalar };

/** One layer's fields in the original's order. */
export type LegacyFields = { [field: string]: LegacyValue };

/** The original's nested dict for one frame, in its key order. */
export type LegacyData = { [layer in LegacyLayer]?: LegacyFields };

/** The original's message for one frame. */
export interface LegacyBody {
  data: LegacyData;
  /** `YYYY-mm-dd HH:MM:SS`, local time. */
  created: string;
  source: string;
}
