import { print } from '@antinex/runtime/command';
import type { Message } from '../converter.ts';
import { messageCodec } from './message-codec.ts';

/** In a worker thread, Node's stream does not tell that it is standard output. */
const STDOUT = { fd: 1, write: process.stdout.write.bind(process.stdout) };

/**
 * Prints each message as a line of JSON on standard output, for a person who wants to see them go by; no
 * faster than it is read.
 */
export function printMessages(): (messages: readonly Message[]) => Promise<void> {
  const codec = messageCodec();
  return (messages) => print(codec.encode(messages), STDOUT);
}
