import type { DecodedPacket } from '@antinex/decoder';
import { PipelineError } from '@antinex/runtime';
import { flowHash } from './flow-hash.ts';

/** Keeps one flow in so many, whole. */
export interface FlowSampler {
  readonly oneIn: number;
  /** Whether the packet's flow is in the sample. */
  takes(decoded: DecodedPacket): boolean;
}

const SAMPLE = /^1\/([1-9]\d{0,6})$/;
const MAX_ONE_IN = 1_000_000;

/**
 * Reads `1/16` as 16: one flow in 16.
 *
 * @param origin where the text came from, for the error: `--sample`, `env SAMPLE`.
 * @throws PipelineError CONFIG_INVALID.
 */
export function parseSample(text: string, origin: string): number {
  const oneIn = Number(SAMPLE.exec(text.trim())?.[1]);
  if (oneIn <= MAX_ONE_IN) return oneIn;
  const problem = `${origin} "${text}": must be 1/N, N from 1 to ${MAX_ONE_IN}, such as 1/16`;
  throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
}

/**
 * Samples by flow, without memory: a flow is in when its flowHash() is a multiple of `oneIn`. So agents
 * on several hosts keep the same flows, in both directions, and a sample of 1/32 is part of that of 1/16.
 * Whoever knows the hash can choose ports that are never sampled: no guard against an attacker.
 */
export function createSampler(oneIn: number): FlowSampler {
  return { oneIn, takes: (decoded) => flowHash(decoded) % oneIn === 0 };
}
