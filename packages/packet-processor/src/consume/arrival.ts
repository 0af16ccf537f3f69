import type { Delivery } from '@antinex/broker';
import type { Message } from '../messages/message.ts';
import type { Receiver } from './receiver.ts';

/** A delivery and how far its messages have come. */
export class Arrival {
  readonly delivery: Delivery<Message>;
  readonly receiver: Receiver;
  /** Another processor may have written its messages. */
  suspect: boolean;
  /** How many of its messages, from the first on, have been appended, and how many of them are committed. */
  appended = 0;
  committed = 0;
  /** Why one of them has no row. */
  refusal: string | undefined;

  constructor(delivery: Delivery<Message>, receiver: Receiver) {
    this.delivery = delivery;
    this.receiver = receiver;
    this.suspect = delivery.redelivered;
  }

  get messages(): readonly Message[] {
    return this.delivery.messages;
  }

  get isDone(): boolean {
    return this.appended === this.messages.length;
  }
}
