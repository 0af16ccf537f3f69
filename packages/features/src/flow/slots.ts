import { randomInt } from 'node:crypto';
import { powerOfTwo } from '../numeric/power-of-two.ts';
import type { PacketHeaders } from '../packet/packet-headers.ts';
import { FlowKeys } from './flow-keys.ts';
import { grown } from './growing.ts';
import { finish, mix } from './hash.ts';

const NONE = -1;

/**
 * Flows that are open, by key: a hash table whose chains run through arrays, so that a flow costs no
 * object. The hash is seeded anew each time, since the keys come from strangers.
 */
export class Slots {
  readonly keys: FlowKeys;
  /** Slots in use. */
  size = 0;
  capacity: number;
  /** Whether the flow that `find` found last runs against the packet. */
  backward = false;
  private readonly bidirectional: boolean;
  private readonly seed = randomInt(2 ** 32) | 0;
  private buckets: Int32Array;
  /** The next slot of the same bucket; of free slots the next free one. */
  private next: Int32Array;
  private hashes: Int32Array;
  private free = NONE;
  private used = 0;

  /** With `bidirectional`, packets of both directions find the same slot. */
  constructor(capacity: number, bidirectional: boolean) {
    this.capacity = capacity;
    this.bidirectional = bidirectional;
    this.keys = new FlowKeys(capacity);
    this.buckets = new Int32Array(2 * powerOfTwo(capacity)).fill(NONE);
    this.next = new Int32Array(capacity);
    this.hashes = new Int32Array(capacity);
  }

  /** The slot of a packet's flow, or -1. */
  find(h: PacketHeaders): number {
    const hash = this.hashOf(h);
    const { buckets, hashes, next, keys } = this;
    for (let slot = buckets[hash & (buckets.length - 1)]; slot !== NONE; slot = next[slot]) {
      if (hashes[slot] !== hash) continue;
      this.backward = !keys.isForward(slot, h);
      if (!this.backward || (this.bidirectional && keys.isBackward(slot, h))) return slot;
    }
    return NONE;
  }

  /** A slot for the flow that begins with a packet; the caller has seen to it that one is free. */
  add(h: PacketHeaders): number {
    const slot = this.free !== NONE ? this.free : this.used++;
    if (slot === this.free) this.free = this.next[slot];
    const hash = this.hashOf(h);
    const bucket = hash & (this.buckets.length - 1);
    this.keys.put(slot, h);
    this.hashes[slot] = hash;
    this.next[slot] = this.buckets[bucket];
    this.buckets[bucket] = slot;
    this.size++;
    this.backward = false;
    return slot;
  }

  remove(slot: number): void {
    const { buckets, next } = this;
    const bucket = this.hashes[slot] & (buckets.length - 1);
    if (buckets[bucket] === slot) buckets[bucket] = next[slot];
    else {
      let before = buckets[bucket];
      while (next[before] !== slot) before = next[before];
      next[before] = next[slot];
    }
    next[slot] = this.free;
    this.free = slot;
    this.size--;
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  /** Makes room; all slots are in use. */
  grow(capacity: number): void {
    this.capacity = capacity;
    this.keys.grow(capacity);
    this.next = grown(this.next, capacity);
    this.hashes = grown(this.hashes, capacity);
    this.buckets = new Int32Array(2 * powerOfTwo(capacity)).fill(NONE);
    for (let slot = 0; slot < this.used; slot++) {
      const bucket = this.hashes[slot] & (this.buckets.length - 1);
      this.next[slot] = this.buckets[bucket];
      this.buckets[bucket] = slot;
    }
  }

  private hashOf(h: PacketHeaders): number {
    const { seed } = this;
    let source = mix(seed, h.source0);
    let destination = mix(seed, h.destination0);
    if (h.version === 6) {
      source = mix(mix(mix(source, h.source1), h.source2), h.source3);
      destination = mix(mix(mix(destination, h.destination1), h.destination2), h.destination3);
    }
    source = finish(mix(source, h.sourcePort));
    destination = finish(mix(destination, h.destinationPort));
    const ends = this.bidirectional ? source + destination : mix(source, destination);
    return finish(mix(ends, h.protocol ^ (h.vlan << 8) ^ h.tunnel));
  }
}
