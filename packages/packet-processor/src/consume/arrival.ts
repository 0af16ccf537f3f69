import type { Delivery } from '@antinex/broker';
import { isLedgerMessage, type LedgerMessage } from '@antinex/decoder';
import type { Delivered, Message } from '../messages/message.ts';
import type { Receiver } from './receiver.ts';

/** A delivery and how far its messages have come. */
export class Arrival {
  readonly delivery: Delivery<Delivered>;
  readonly receiver: Receiver;
  /** The packets. */
  readonly messages: readonly Message[];
  /** What agents tell of themselves. It may come again at any time and change nothing. */
  readonly ledgers: readonly LedgerMessage[];
  /** Another processor may have written its messages. */
  suspect: boolean;
  /** How many of its messages, from the first on, have been appended, and how many of them are committed. */
  appended = 0;
  committed = 0;
  /** Why one of them has no row. */
  refusal: string | undefined;

  constructor(delivery: Delivery<Delivered>, receiver: Receiver) {
    this.delivery = delivery;
    this.receiver = receiver;
    this.ledgers = delivery.messages.filter(isLedgerMessage);
    this.messages = this.ledgers.length === 0 ? (delivery.messages as Message[]) : packetsIn(delivery);
    this.suspect = delivery.redelivered;
  }

  get isDone(): boolean {
    return this.appended === this.messages.length;
  }
}

const packetsIn = ({ messages }: Delivery<Delivered>): Message[] =>
  messages.filter((message): message is Message => !isLedgerMessage(message));
