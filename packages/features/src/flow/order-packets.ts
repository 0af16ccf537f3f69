import type { PacketStore } from './packet-store.ts';

/**
 * Brings a chain of `count` packets from `first`, the first of which came at `start`, into the order of
 * time; those of equal times keep their order. Answers the times of the first and the last one then.
 */
export function orderPackets(
  store: PacketStore,
  first: number,
  count: number,
  start: number,
): readonly [first: number, last: number] {
  const numbers = new Int32Array(count);
  const times = new Float64Array(count);
  let time = start;
  for (let i = 0, packet = first; i < count; i++) {
    if (i > 0) {
      packet = store.next(packet);
      time += store.gap(packet);
    }
    numbers[i] = packet;
    times[i] = time;
  }
  const [from, to] = disorder(times);
  rearrange(store, numbers, times, from, to);
  return [times[0], times[count - 1]];
}

/** The range outside of which every value is where it belongs. */
function disorder(values: Float64Array): [from: number, to: number] {
  let to = 0;
  for (let i = 0, most = Number.NEGATIVE_INFINITY; i < values.length; i++) {
    if (values[i] < most) to = i + 1;
    else most = values[i];
  }
  let from = to;
  for (let i = to - 1, least = Number.POSITIVE_INFINITY; i >= 0; i--) {
    if (values[i] > least) from = i;
    else least = values[i];
  }
  return [from, to];
}

/** Sorts the packets `from .. to`, and works out the gaps anew, also that of the one behind them. */
function rearrange(
  store: PacketStore,
  numbers: Int32Array,
  times: Float64Array,
  from: number,
  to: number,
): void {
  const order = sortedOrder(times, from, to);
  const sizes = order.map((i) => store.size(numbers[i]));
  const flags = order.map((i) => store.flags(numbers[i]));
  const ttls = order.map((i) => store.ttl(numbers[i]));
  const sorted = order.map((i) => times[i]);
  times.set(sorted, from);
  for (let i = from; i < Math.min(to + 1, times.length); i++) {
    const gap = i === 0 ? 0 : times[i] - times[i - 1];
    const packet = numbers[i];
    const at = i - from;
    if (i < to) store.replace(packet, gap, sizes[at], flags[at], ttls[at]);
    else store.replace(packet, gap, store.size(packet), store.flags(packet), store.ttl(packet));
  }
}

/** Where the values `from .. to` are, from the smallest one on; equal ones in the order they have. */
function sortedOrder(values: Float64Array, from: number, to: number): readonly number[] {
  const order = new Array<number>(to - from);
  for (let i = 0; i < order.length; i++) order[i] = from + i;
  // An array, not a typed one: its sort is another, and quick where little is to be done.
  return order.sort((a, b) => values[a] - values[b]);
}
