import type { Consumer, Delivery } from '../src/types.ts';

/** A message as the tests send it: plain data that survives JSON. */
export interface Note {
  readonly id: number;
}

/** Notes from..to-1. */
export const notes = (from: number, to: number): Note[] =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index }));

export const idsOf = (deliveries: readonly Delivery<Note>[]): number[] =>
  deliveries.flatMap(({ messages }) => messages.map(({ id }) => id));

export const range = (from: number, to: number): number[] => notes(from, to).map(({ id }) => id);

/** Receives until `count` messages are there. */
export async function receive<T>(consumer: Consumer<T>, count: number): Promise<Delivery<T>[]> {
  const deliveries: Delivery<T>[] = [];
  let missing = count;
  for await (const delivery of consumer.receive()) {
    deliveries.push(delivery);
    missing -= delivery.messages.length;
    if (missing <= 0) break;
  }
  return deliveries;
}

export const ackAll = <T>(deliveries: readonly Delivery<T>[]): Promise<unknown> =>
  Promise.all(deliveries.map((delivery) => delivery.ack()));

/** Receives and acks until so many different notes were there; their ids, sorted. */
export async function takeDifferent(consumer: Consumer<Note>, count: number): Promise<number[]> {
  const seen = new Set<number>();
  for await (const delivery of consumer.receive()) {
    await delivery.ack();
    for (const id of idsOf([delivery])) seen.add(id);
    if (seen.size === count) break;
  }
  return [...seen].sort((a, b) => a - b);
}
