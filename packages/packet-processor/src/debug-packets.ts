import { jsonCodec } from '@antinex/broker';
import type { Message } from './messages/message.ts';

const { encode } = jsonCodec<Message>();

/** Prints messages as lines of JSON on standard output, for a person who wants to see them go by. */
export const printMessages = (messages: readonly Message[]): void =>
  void process.stdout.write(encode(messages));
