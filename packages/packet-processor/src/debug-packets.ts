import { jsonCodec } from '@antinex/broker';
import { print } from '@antinex/runtime/command';
import type { Message } from './messages/message.ts';

const { encode } = jsonCodec<Message>();

/**
 * Prints messages as lines of JSON on standard output, for a person who wants to see them go by; no faster
 * than they are read.
 */
export const printMessages = (messages: readonly Message[]): Promise<void> => print(encode(messages));
