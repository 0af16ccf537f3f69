import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderPackets } from './order-packets.ts';
import { PacketFlag, PacketStore } from './packet-store.ts';

type Values = readonly [gap: number, size: number, flags: number, ttl: number];

/** Puts a packet behind the last one, or begins a chain. */
function append(store: PacketStore, last: number, values: Values): number {
  const packet = last < 0 ? store.begin() : store.extend(last);
  store.put(packet, ...values);
  return packet;
}

function chainOf(store: PacketStore, packets: readonly Values[]): number {
  let last = -1;
  let first = -1;
  for (const values of packets) {
    last = append(store, last, values);
    if (first < 0) first = last;
  }
  return first;
}

function read(store: PacketStore, first: number, count: number): Values[] {
  const packets: Values[] = [];
  let packet = first;
  for (let i = 0; i < count; i++) {
    packets.push([store.gap(packet), store.size(packet), store.flags(packet), store.ttl(packet)]);
    if (i + 1 < count) packet = store.next(packet);
  }
  return packets;
}

const some = (count: number): Values[] =>
  Array.from({ length: count }, (_, i) => [i * 7, 1000 + i, i & 0x1ff, i & 0xff]);

const gap = fc.oneof(
  fc.nat(1e9),
  fc.nat(0x7fffffff).map((micros) => micros * 1000),
  fc.constantFrom(
    0,
    0x1fffffff,
    0x20000000,
    0x1fffffff * 1000,
    0x20000000 * 1000,
    -1,
    -5e9,
    0.5,
    1e15 + 1,
    3.7e21,
  ),
);
const size = fc.oneof(fc.nat(1600), fc.constantFrom(65_535, 65_536, 0xffffffff));
const flags = fc.tuple(
  fc.nat(0xff),
  fc.constantFrom(0, 0, 0, PacketFlag.BACKWARD, PacketFlag.NO_HEADER, 0x300),
);
const values = fc
  .tuple(gap, size, flags, fc.nat(255))
  .map(([time, bytes, [tcp, more], ttl]): Values => [time, bytes, tcp | more, ttl]);

describe('packets of flows', () => {
  it('are what was put in, whatever that was, also in the places of others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(values, { minLength: 1, maxLength: 30 }), { maxLength: 30 }),
        (chains) => {
          const store = new PacketStore();
          const kept: { first: number; chain: readonly Values[] }[] = [];
          for (const [i, chain] of chains.entries()) {
            const first = chainOf(store, chain);
            expect(read(store, first, chain.length)).toEqual(chain);
            if (i % 3 === 0) store.release(first, chain.length);
            else kept.push({ first, chain });
          }
          for (const { first, chain } of kept) expect(read(store, first, chain.length)).toEqual(chain);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('stay with their chains, however these are mixed', () => {
    const store = new PacketStore();
    const chains = Array.from({ length: 50 }, (_, i) => some(1 + ((i * 13) % 40)));
    const firsts: number[] = [];
    const lasts: number[] = chains.map(() => -1);
    for (let i = 0; i < 41; i++) {
      chains.forEach((chain, flow) => {
        if (i >= chain.length) return;
        lasts[flow] = append(store, lasts[flow], chain[i]);
        if (i === 0) firsts[flow] = lasts[flow];
      });
    }
    chains.forEach((chain, flow) => {
      expect(read(store, firsts[flow], chain.length)).toEqual(chain);
    });
  });

  it('are as many as memory takes', () => {
    const store = new PacketStore();
    const chain = some(200_001);
    expect(read(store, chainOf(store, chain), chain.length)).toEqual(chain);
  });

  it('leave their places to others when they are released', () => {
    const store = new PacketStore();
    const used = new Set<number>();
    for (let round = 0; round < 1000; round++) {
      const chain = some(1 + (round % 9));
      const first = chainOf(store, chain);
      used.add(first);
      store.release(first, chain.length);
    }
    expect(used.size).toBeLessThan(10);
  });
});

describe('packets in disorder', () => {
  it.each([
    [[1, 2, 3]],
    [[3, 2, 1]],
    [[1, 3, 2, 4]],
    [[2, 1, 1, 2]],
    [[1, 2, 3, 0]],
    [[9, 1, 2, 3]],
    [[5, 3, 5, 1, 3, 9]],
    [[1e12, 5, 2e12, 0.9e12]],
    [Array.from({ length: 500 }, (_, i) => (i * 7919) % 101)],
    [Array.from({ length: 500 }, (_, i) => (i % 50 === 7 ? i - 3.5 : i))],
  ])('come into order, those of equal times in theirs: %j', (times) => {
    const store = new PacketStore();
    const packets = times.map(
      (time, i): Values => [i === 0 ? 0 : time - times[i - 1], 60_000 + 200 * i, 0, i & 0xff],
    );
    const first = chainOf(store, packets);
    const [start, end] = orderPackets(store, first, times.length, times[0]);
    expect(end).toBe(Math.max(...times));
    let time = start;
    const got = read(store, first, times.length).map(([later, bytes, , ttl], i) => {
      if (i > 0) time += later;
      return [time, bytes, ttl];
    });
    const expected = packets.map(([, bytes, , ttl], i) => [times[i], bytes, ttl]).sort((a, b) => a[0] - b[0]);
    expect(got).toEqual(expected);
  });
});
