import type { Sample } from './samples.ts';

/** Numbers that come out the same for the same seed (xorshift32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 1;
  }

  /** 0 .. bound - 1 */
  below(bound: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % bound;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

type Mutation = (random: Random, frame: Buffer, others: readonly Sample[]) => Buffer;

const BYTES = [0, 1, 4, 5, 6, 0x0f, 0x40, 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xc0, 0xf0, 0xff];
/** Numbers that name a layer, and lengths at their limits. */
const WORDS = [
  ...[0, 1, 2, 7, 8, 19, 20, 21, 40, 53, 67, 123, 1500, 1501, 1535, 1536, 0x7fff, 0x8000, 0xfffe, 0xffff],
  ...[0x0800, 0x0806, 0x6558, 0x8100, 0x86dd, 0x880b, 0x8847, 0x8863, 0x8864, 0x88a8, 0x88e7, 0x8909, 0x9100],
  ...[0x0021, 0x0057, 0x0281, 0xaaaa, 0x0606, 4789, 5353],
];
/** IP protocols and next headers. */
const PROTOCOLS = [0, 1, 4, 6, 17, 41, 43, 44, 47, 51, 58, 59, 60, 135, 137];

const flipBits: Mutation = (random, frame) => {
  for (let flips = 1 + random.below(8); flips > 0; flips--) {
    frame[random.below(frame.length)] ^= 1 << random.below(8);
  }
  return frame;
};

const setByte: Mutation = (random, frame) => {
  frame[random.below(frame.length)] = random.of(random.below(2) === 0 ? BYTES : PROTOCOLS);
  return frame;
};

const setWord: Mutation = (random, frame) => {
  const at = random.below(frame.length);
  const word = random.of(WORDS);
  frame[at] = word >> 8;
  if (at + 1 < frame.length) frame[at + 1] = word & 255;
  return frame;
};

/** A length field that is off by a little. */
const nudge: Mutation = (random, frame) => {
  frame[random.below(frame.length)] += random.below(9) - 4;
  return frame;
};

const cut: Mutation = (random, frame) => frame.subarray(0, random.below(frame.length + 1));

const extend: Mutation = (random, frame) => Buffer.concat([frame, random.bytes(random.below(64))]);

/** The front of one frame and the back of another. */
const splice: Mutation = (random, frame, others) => {
  const other = random.of(others).frame;
  return Buffer.concat([
    frame.subarray(0, random.below(frame.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
};

/** A part of the frame again and again: headers inside headers, endless option lists. */
const repeat: Mutation = (random, frame) => {
  const from = random.below(frame.length);
  const to = from + 1 + random.below(Math.min(64, frame.length - from));
  const part = frame.subarray(from, to);
  const times = Array.from({ length: 2 + random.below(40) }, () => part);
  return Buffer.concat([frame.subarray(0, from), ...times, frame.subarray(to)]);
};

const scramble: Mutation = (random, frame) => {
  const from = random.below(frame.length);
  const to = from + random.below(Math.min(24, frame.length - from) + 1);
  return Buffer.concat([frame.subarray(0, from), random.bytes(to - from), frame.subarray(to)]);
};

const noise: Mutation = (random) => random.bytes(random.below(200));

const MUTATIONS = [
  flipBits,
  flipBits,
  setByte,
  setByte,
  setWord,
  setWord,
  nudge,
  cut,
  extend,
  splice,
  splice,
];
const RARE = [repeat, scramble, noise];
const LONGEST = 4096;

/** A sample with one to four mutations. */
export function mutate(random: Random, samples: readonly Sample[]): Sample {
  const { frame: original, linkType } = random.of(samples);
  let frame: Buffer = Buffer.from(original);
  for (let times = 1 + random.below(4); times > 0 && frame.length > 0; times--) {
    const mutation = random.below(8) === 0 ? random.of(RARE) : random.of(MUTATIONS);
    frame = Buffer.from(mutation(random, frame, samples).subarray(0, LONGEST));
  }
  return { frame, linkType };
}
