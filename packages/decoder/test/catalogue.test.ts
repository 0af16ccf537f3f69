import {
  decode,
  messageJson,
  messageSchema,
  type Packet,
  type PacketMessage,
  toMessage,
} from '@antinex/decoder';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import {
  exampleCaptures,
  hasOracle,
  oracleCaptures,
  readExampleCapture,
  readOracleCapture,
} from './captures.ts';
import { unknownPaths } from './unknown-paths.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(messageSchema());

/** What the catalogue and the schema made from it do not know of a capture's messages. */
function strangers(packets: readonly Packet[]): unknown[] {
  const found: unknown[] = [];
  packets.forEach((packet, i) => {
    const message = toMessage(decode(packet), { source: 'test', session: '0' }, i + 1);
    // The objects themselves: fields that the JSON writer does not know would be missing in its text.
    found.push(...unknownPaths(message.data));
    const read = JSON.parse(messageJson(message)) as PacketMessage;
    if (!validate(read)) found.push([i + 1, validate.errors]);
    expect(read).toEqual(JSON.parse(JSON.stringify(message)));
  });
  return found;
}

describe('the catalogue knows everything that is decoded', () => {
  it.skipIf(!hasOracle)('from the captures of others (needs ../shared)', () => {
    for (const name of oracleCaptures()) expect(strangers(readOracleCapture(name)), name).toEqual([]);
  });

  it.skipIf(exampleCaptures().length === 0)('from the captures of our own', () => {
    for (const name of exampleCaptures()) expect(strangers(readExampleCapture(name)), name).toEqual([]);
  });
});
