import { connectConsumer, connectPublisher, deadLetterQueue, MAX_BATCH_MESSAGES } from '@antinex/broker';
import { addLedgers, type LedgerMessage, type PacketMessage } from '@antinex/decoder';
import { tcpMessage } from '../../dataset/test/messages.ts';

const PATTERN = tcpMessage(1);

/** The packet of this number, of one session of one host. */
export function packet(number: number, session = 'host-a-s1'): PacketMessage {
  const frame = { ...PATTERN.data.frame!, number };
  return { ...PATTERN, id: `${session}-${number}`, data: { ...PATTERN.data, frame } } as PacketMessage;
}

/** What a Python agent makes of a packet. */
export const legacyPacket = (number: number) => ({
  data: { ether: { dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 2048 }, ip: { len: number } },
  created: '2018-01-29 04:26:40',
  source: 'python-host',
});

/** What the agent of a session tells of itself when it has published so many packets. */
export const ledgerRecord = (number: number, published: number, ended = false): LedgerMessage => ({
  ...{ ledger: 1, agent: 'capture-tcp', source: 'host-a', session: 's1', number, ended },
  ...{ started: '2026-01-01T00:00:00.000Z', time: '2026-01-01T00:00:10.000Z' },
  ...addLedgers([]),
  ...{ received: published, published },
});

export const packets = (from: number, to: number, session?: string): PacketMessage[] =>
  Array.from({ length: to - from + 1 }, (_, i) => packet(from + i, session));

export interface Target {
  readonly url: string;
  readonly queue?: string;
  readonly wire?: 'batch' | 'kombu';
}

const namesOf = ({ queue, wire }: Target) => ({ ...(queue && { queue }), ...(wire && { wire }) });

/** Publishes messages as an agent does, up to a batch each. */
export async function publish(target: Target, messages: readonly unknown[], batch = MAX_BATCH_MESSAGES) {
  const publisher = await connectPublisher(target.url, namesOf(target));
  try {
    for (let from = 0; from < messages.length; from += batch) {
      await publisher.publish(messages.slice(from, from + batch));
    }
  } finally {
    await publisher.close();
  }
}

/** Publishes lines as they are, whatever they hold. */
export async function publishRaw(target: Target, lines: readonly (string | Uint8Array)[]) {
  const encode = (messages: readonly (string | Uint8Array)[]) =>
    Buffer.concat(messages.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
  const codec = { encode, decode: () => ({ messages: [], malformed: [] }) };
  const publisher = await connectPublisher<string | Uint8Array>(target.url, { ...namesOf(target), codec });
  await publisher.publish(lines);
  await publisher.close();
}

/** The first `count` letters of the dead-letter queue, with their reasons. */
export async function deadLetters(target: Target, count: number): Promise<[text: string, reason: string][]> {
  const { url, queue = 'NEW_PACKETS', wire = 'batch' } = target;
  // They are no messages, so they are taken as the bytes they are.
  const codec = {
    encode: () => Buffer.alloc(0),
    decode: (bytes: Uint8Array) => ({ messages: [Buffer.from(bytes).toString('latin1')], malformed: [] }),
  };
  const consumer = await connectConsumer<string>(url, { queue: deadLetterQueue(queue), wire, codec });
  const letters: [string, string][] = [];
  for await (const { messages, reason } of consumer.receive()) {
    for (const text of messages) letters.push([text.trimEnd(), String(reason)]);
    if (letters.length >= count) break;
  }
  await consumer.close();
  return letters;
}
