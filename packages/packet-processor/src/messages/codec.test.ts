import { legacyBodyOfMessage, messageJson } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES } from '../../../dataset/test/messages.ts';
import { admittingCodec } from './codec.ts';

const LEGACY = '{"data":{"ether":{"type":2048}},"created":"2018-01-29 04:26:40","source":"x"}';
const text = Buffer.from(`${SAMPLES.map(messageJson).join('\n')}\n\n${LEGACY}`);

describe('admittingCodec', () => {
  it('lets in messages of both schemas as they are', () => {
    const { messages, malformed } = admittingCodec('2').decode(text);
    expect(malformed).toEqual([]);
    expect(messages).toEqual([
      ...SAMPLES.map((sample) => JSON.parse(messageJson(sample))),
      JSON.parse(LEGACY),
    ]);
  });

  it('gives schema 2 its legacy form, with the id of the packet', () => {
    const { messages, malformed } = admittingCodec('legacy').decode(text);
    expect(malformed).toEqual([]);
    for (const [i, sample] of SAMPLES.entries()) {
      const { id, data } = messages[i];
      expect(id).toBe(sample.id);
      if (data !== null) expect(messages[i]).toEqual({ ...legacyBodyOfMessage(sample), id });
    }
    expect(messages.at(-1)).toEqual(JSON.parse(LEGACY));
  });

  it('never throws, and every line is a message or malformed', () => {
    const lines = fc.array(
      fc.oneof(
        fc.json({ maxDepth: 3 }),
        fc.string(),
        fc.json().map((data) => `{"schema":2,"id":"a-b-1","data":${data}}`),
        fc.json().map((data) => `{"schema":2,"id":"a-b-1","data":{"ether":${data},"tcp":${data}}}`),
        fc.json().map((data) => `{"data":{"ip":${data}}}`),
      ),
    );
    fc.assert(
      fc.property(lines, fc.constantFrom('2' as const, 'legacy' as const), (all, schema) => {
        const ndjson = Buffer.from(all.map((line) => line.replaceAll('\n', ' ')).join('\n'));
        const { messages, malformed } = admittingCodec(schema).decode(ndjson);
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
    const { messages } = admittingCodec('2').decode(
      new Uint8Array(whole.buffer, whole.byteOffset + 7, text.length),
    );
    expect(messages).toHaveLength(SAMPLES.length + 1);
  });
});
