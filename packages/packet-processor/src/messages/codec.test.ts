import { MessageRow } from '@antinex/dataset';
import { addLedgers, legacyBodyOfMessage, messageJson } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES } from '../../../dataset/test/messages.ts';
import { admittingCodec } from './codec.ts';
import type { ParsedMessage } from './message.ts';

const LEGACY = '{"data":{"ether":{"type":2048}},"created":"2018-01-29 04:26:40","source":"x"}';
const text = Buffer.from(`${SAMPLES.map(messageJson).join('\n')}\n\n${LEGACY}`);

describe('admittingCodec', () => {
  it('lets in messages of both schemas as they are', () => {
    const { messages, malformed } = admittingCodec('2', false).decode(text);
    expect(malformed).toEqual([]);
    expect(messages).toEqual([
      ...SAMPLES.map((sample) => JSON.parse(messageJson(sample))),
      JSON.parse(LEGACY),
    ]);
  });

  it('gives rows where it can, which are the same messages', () => {
    const codec = admittingCodec('2', true);
    const { messages, malformed } = codec.decode(text);
    expect(malformed).toEqual([]);
    expect(messages.filter((message) => message instanceof MessageRow)).toHaveLength(5);
    expect(messages.at(-1)).toEqual(JSON.parse(LEGACY));
    const written = codec.encode(messages).toString();
    expect(admittingCodec('2', false).decode(Buffer.from(written))).toEqual(
      admittingCodec('2', false).decode(text),
    );
  });

  it('gives schema 2 its legacy form, with the id of the packet', () => {
    const { messages, malformed } = admittingCodec('legacy', false).decode(text);
    expect(malformed).toEqual([]);
    for (const [i, sample] of SAMPLES.entries()) {
      const { id, data } = messages[i] as ParsedMessage;
      expect(id).toBe(sample.id);
      if (data !== null) expect(messages[i]).toEqual({ ...legacyBodyOfMessage(sample), id });
    }
    expect(messages.at(-1)).toEqual(JSON.parse(LEGACY));
  });

  it.each(['2', 'legacy'] as const)('lets in ledgers of agents as they are (%s)', (schema) => {
    const record = {
      ...{ ledger: 1, agent: 'capture-tcp', source: 'host-a', session: 's1', number: 1, ended: true },
      ...{ started: '2026-01-01T00:00:00.000Z', time: '2026-01-01T00:00:01.000Z' },
      ...addLedgers([]),
    };
    const lines = [record, { ...record, number: 0 }, { ...record, data: {} }, { ...record, x: 1 }];
    const ndjson = Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'));
    const { messages, malformed } = admittingCodec(schema, false).decode(ndjson);
    expect(messages).toEqual([record]);
    expect(malformed.map(({ reason }) => reason)).toEqual(['not a message', 'empty', 'not a message']);
  });

  it('never throws, and every line is a message or malformed', () => {
    const lines = fc.array(
      fc.oneof(
        fc.json({ maxDepth: 3 }),
        fc.string(),
        fc.json().map((data) => `{"schema":2,"id":"a-b-1","data":${data}}`),
        fc.json().map((data) => `{"schema":2,"id":"a-b-1","data":{"ether":${data},"tcp":${data}}}`),
        fc.json().map((data) => `{"data":{"ip":${data}}}`),
        fc.json().map((dropped) => `{"ledger":1,"dropped":${dropped}}`),
      ),
    );
    fc.assert(
      fc.property(lines, fc.constantFrom('2' as const, 'legacy' as const), (all, schema) => {
        const ndjson = Buffer.from(all.map((line) => line.replaceAll('\n', ' ')).join('\n'));
        const { messages, malformed } = admittingCodec(schema, false).decode(ndjson);
        expect(admittingCodec('2', true).decode(ndjson).malformed).toEqual(
          admittingCodec('2', false).decode(ndjson).malformed,
        );
        const filled = ndjson
          .toString()
          .split('\n')
          .filter((line) => line.length > 0);
        expect(messages.length + malformed.length).toBe(filled.length);
        for (const { bytes } of malformed) expect(filled).toContain(Buffer.from(bytes).toString());
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('reads bytes that lie anywhere in a buffer', () => {
    const whole = Buffer.concat([Buffer.from('garbage'), text, Buffer.from('{')]);
    const { messages } = admittingCodec('2', false).decode(
      new Uint8Array(whole.buffer, whole.byteOffset + 7, text.length),
    );
    expect(messages).toHaveLength(SAMPLES.length + 1);
  });
});
