import { PipelineError } from '@antinex/runtime';

export const FEATURE_TYPES = ['IAT', 'SIZE', 'IAT_SIZE', 'STATS', 'SAMP_NUM', 'SAMP_SIZE'] as const;
export type FeatureType = (typeof FEATURE_TYPES)[number];

/**
 * What the columns of a feature table are: all that is needed to make the same of other flows. Plain
 * JSON, to be kept with a model.
 */
export interface FeatureShape {
  readonly type: FeatureType;
  /** The real part of the Fourier transform stands in the place of the values. */
  readonly fft: boolean;
  /** Counts of TCP flags and TTLs stand in front. */
  readonly header: boolean;
  /** Packets of a flow that the columns are for; a longer flow is cut, a shorter one padded with 0. */
  readonly packets: number;
  /** Seconds of a window of SAMP_NUM and SAMP_SIZE. */
  readonly window: number | undefined;
}

/** Counted in front of the TTLs, in netml's order. */
export const HEADER_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;

const STATISTICS = [
  'duration',
  'packets_per_second',
  'bytes_per_second',
  'size_mean',
  'size_std',
  'size_q25',
  'size_q50',
  'size_q75',
  'size_min',
  'size_max',
  'packets',
  'bytes',
] as const;

/** Columns of the values themselves, without a header. */
export function valueCount({ type, packets }: Pick<FeatureShape, 'type' | 'packets'>): number {
  switch (type) {
    case 'SIZE':
      return packets;
    case 'IAT_SIZE':
      return 2 * packets - 1;
    case 'STATS':
      return STATISTICS.length;
    default:
      return Math.max(0, packets - 1);
  }
}

/** Columns of the header, which are as many as the flags and the values. */
export const headerCount = (shape: FeatureShape): number =>
  shape.header ? HEADER_FLAGS.length + valueCount(shape) : 0;

export const columnCount = (shape: FeatureShape): number => headerCount(shape) + valueCount(shape);

/** A name for each column, in order. */
export function columnNames(shape: FeatureShape): string[] {
  const values = Array.from({ length: valueCount(shape) }, (_, i) => valueName(shape, i));
  const headers = Array.from({ length: headerCount(shape) }, (_, i) => headerName(i));
  if (!shape.fft) return [...headers, ...values];
  return [...headers.map((_, i) => `fft_header_${i}`), ...values.map((_, i) => `fft_${i}`)];
}

const headerName = (i: number): string =>
  i < HEADER_FLAGS.length ? `${HEADER_FLAGS[i].toLowerCase()}_packets` : `ttl_${i - HEADER_FLAGS.length}`;

function valueName({ type }: FeatureShape, i: number): string {
  switch (type) {
    case 'STATS':
      return STATISTICS[i];
    case 'IAT_SIZE':
      return `${i % 2 === 0 ? 'iat' : 'size'}_${i >> 1}`;
    default:
      return `${type.toLowerCase()}_${i}`;
  }
}

/**
 * The feature type of a name in any case, `_` and `-` alike; `FFT-` in front, as netml allows it, changes
 * nothing.
 *
 * @throws PipelineError FEATURES_INVALID
 */
export function parseFeatureType(name: string): FeatureType {
  const plain = name.trim().toUpperCase().replaceAll('-', '_').replace(/^FFT_/, '');
  const type = FEATURE_TYPES.find((known) => known === plain);
  if (type !== undefined) return type;
  throw new PipelineError('FEATURES_INVALID', {
    problems: [`there is no feature type "${name}", only ${FEATURE_TYPES.join(', ')}`],
  });
}
