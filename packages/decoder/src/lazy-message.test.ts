import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate, Random } from '../test/mutate.ts';
import { SAMPLES } from '../test/samples.ts';
import { decode } from './decode.ts';
import { LazyMessage } from './lazy-message.ts';
import { messageJson } from './message-json.ts';
import { Packet } from './packet.ts';

const ORIGIN = { source: 'host', session: '1' };
const SECONDS = [0, 1_517_199_999, -1, 2 ** 32 - 1, 253_402_300_799, 253_402_300_800, 2 ** 53 + 2];

describe('LazyMessage', () => {
  it('has the same JSON, made or not, for broken frames of all kinds', () => {
    const random = new Random(2018);
    let direct = 0;
    for (let i = 0; i < 5000; i++) {
      const { frame, linkType } = i < SAMPLES.length ? SAMPLES[i] : mutate(random, SAMPLES);
      const original = frame.length + (random.below(4) === 0 ? random.below(50) : 0);
      const nanos = random.below(1e9);
      const packet = new Packet(frame, 0, frame.length, original, linkType, random.of(SECONDS), nanos, 'e"0');
      const payloadBytes = random.of([0, 1, 20, Number.POSITIVE_INFINITY]);
      const message = new LazyMessage(decode(packet), ORIGIN, i + 1, { payloadBytes });
      expect(messageJson(message)).toBe(messageJson(message.toJSON()));
      direct += Number(message.path.keys !== undefined);
    }
    expect(direct).toBeGreaterThan(2500);
  });

  it('has the same JSON whoever captured', () => {
    const decoded = decode(new Packet(Buffer.of(1, 2), 0, 2, 2, 1, 5, 0, ''));
    const text = fc.string({ unit: 'binary', maxLength: 90 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1 }), (source, session, number) => {
        const message = new LazyMessage(decoded, { source, session }, number);
        expect(messageJson(message)).toBe(messageJson(message.toJSON()));
        expect(JSON.parse(messageJson(message))).toEqual(JSON.parse(JSON.stringify(message)));
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
