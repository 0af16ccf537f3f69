import type { Channel, ChannelModel } from 'amqplib';
import { deadLetterQueue, type QueueOptions } from '../types.ts';

/** Where messages are sent to. */
export interface Route {
  /** Empty for the default exchange, whose routing keys are names of queues. */
  readonly exchange: string;
  readonly routingKey: string;
}

type Names = Pick<Required<QueueOptions>, 'queue' | 'wire' | 'exchange' | 'routingKey'>;

/** The broker's codes for a declaration it does not accept. */
const ACCESS_REFUSED = 403;
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 406;

/** True for what deadLetterQueue() names: such a queue is read and written as it is, whatever the wire. */
export const isDeadLetterQueue = (queue: string): boolean => queue.endsWith(deadLetterQueue(''));

/** The name that the queue has at the broker. */
function brokerQueue({ queue, wire }: Pick<Names, 'queue' | 'wire'>): string {
  return wire === 'batch' && !isDeadLetterQueue(queue) ? `${queue}.batch` : queue;
}

const hasExchange = ({ queue, wire, exchange }: Names): boolean =>
  wire === 'kombu' && exchange !== '' && !isDeadLetterQueue(queue);

/** Makes the queue to publish to, where there is none; tells the way there. */
export async function prepareToPublish(
  connection: ChannelModel,
  names: Names,
  quorum: boolean,
): Promise<Route> {
  await declareQueues(connection, names, quorum);
  const direct = { exchange: '', routingKey: brokerQueue(names) };
  if (!hasExchange(names)) return direct;
  // The original's publisher and its consumer declare the exchange with different types, and whoever
  // comes second to the broker cannot work. So it is not us who make it: without one we send to the queue.
  if (!(await exists(connection, names.exchange))) return direct;
  await bind(connection, names);
  return { exchange: names.exchange, routingKey: names.routingKey };
}

/** Makes the queue to receive from, where there is none, and what leads to it; tells its name. */
export async function prepareToReceive(
  connection: ChannelModel,
  names: Names,
  quorum: boolean,
): Promise<string> {
  await declareQueues(connection, names, quorum);
  if (hasExchange(names)) {
    if (!(await exists(connection, names.exchange))) {
      await accepted(connection, [PRECONDITION_FAILED], (channel) =>
        channel.assertExchange(names.exchange, 'topic', { durable: true }),
      );
    }
    await bind(connection, names);
  }
  return brokerQueue(names);
}

/** The queue and, unless it is one itself, the one for its dead letters. */
async function declareQueues(connection: ChannelModel, names: Names, quorum: boolean): Promise<void> {
  const kind = quorum ? { 'x-queue-type': 'quorum' } : {};
  if (isDeadLetterQueue(names.queue)) return declareQueue(connection, names.queue, kind);
  const dead = deadLetterQueue(names.queue);
  await declareQueue(connection, dead, kind);
  // What the broker itself puts aside (a delivery limit, a bound on the length) goes to our dead letters, too.
  const own = { ...kind, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
  // Peers of the kombu wire declare a queue without arguments, and could not work with another.
  await declareQueue(connection, brokerQueue(names), names.wire === 'kombu' ? {} : own);
}

/** Makes the queue, or is content with one of that name that is otherwise, or that only others may make. */
async function declareQueue(connection: ChannelModel, queue: string, args: object): Promise<void> {
  const made = await accepted(connection, [PRECONDITION_FAILED, ACCESS_REFUSED], (channel) =>
    channel.assertQueue(queue, { durable: true, arguments: args }),
  );
  if (!made) await accepted(connection, [], (channel) => channel.checkQueue(queue));
}

/** Of whatever type the exchange is, this key leads the messages sent with it to the queue. */
async function bind(connection: ChannelModel, { queue, exchange, routingKey }: Names): Promise<void> {
  await accepted(connection, [], (channel) => channel.bindQueue(queue, exchange, routingKey));
}

const exists = (connection: ChannelModel, exchange: string): Promise<boolean> =>
  accepted(connection, [NOT_FOUND], (channel) => channel.checkExchange(exchange));

/**
 * Whether the broker accepts a declaration; false when it refuses with one of the codes.
 * Each has a channel of its own, since the broker closes the channel of one it refuses.
 */
async function accepted(
  connection: ChannelModel,
  refusals: readonly number[],
  declare: (channel: Channel) => Promise<unknown>,
): Promise<boolean> {
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // The declaration rejects with it.
  try {
    await declare(channel);
  } catch (error) {
    if (refusals.includes((error as { code: number }).code)) return false;
    throw error;
  }
  await channel.close();
  return true;
}
