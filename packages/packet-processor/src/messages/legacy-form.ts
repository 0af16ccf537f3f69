import { legacyBodyOfMessage, type PacketMessage } from '@antinex/decoder';
import type { Malformation } from './admission.ts';
import type { ParsedMessage } from './message.ts';

/**
 * A message of schema 2 in its legacy form, with the packet's id; `data` is null where there is none.
 * Fields of any value may stand in a foreign message, and not every one can be encoded.
 */
export function legacyForm(message: ParsedMessage): ParsedMessage | Malformation {
  const { id } = message;
  try {
    const body = legacyBodyOfMessage(message as unknown as PacketMessage);
    // Of some packets the original makes a message without layers, which gets no row.
    return body === null || Object.keys(body.data).length === 0 ? { id, data: null } : { ...body, id };
  } catch {
    return 'no legacy form';
  }
}
