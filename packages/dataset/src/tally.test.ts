import { decode, LazyMessage, messageJson, Packet } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lazily, messageOfBytes, SAMPLES, tcpMessage } from '../test/messages.ts';
import { RowReader } from './row-reader.ts';
import { Tally } from './tally.ts';

describe('Tally', () => {
  it('knows sources, the range of capture times and decode errors', () => {
    const tally = new Tally();
    for (const number of [5, 2, 9]) tally.add(tcpMessage(number));
    const cut = messageOfBytes(Buffer.from('0102', 'hex'), 13, 60);
    const bad = messageOfBytes(Buffer.from('0102', 'hex'), 4);
    for (const message of [cut, bad, bad]) tally.add({ ...message, source: 'host-b' });
    expect(tally.state()).toMatchObject({
      sources: ['host-a', 'host-b'],
      firstTime: '2018-01-29T04:26:39.002000000Z',
      lastTime: '2018-01-29T04:26:39.013000000Z',
      decodeErrors: { truncated: 1, malformed: 2 },
    });
  });

  it('knows the same of messages that are not made', () => {
    const [ofLazy, ofObjects] = [new Tally(), new Tally()];
    for (const batch of [[5, 2, 9], [3], [12, 1]]) {
      const messages = [...batch.map((number) => tcpMessage(number)), ...SAMPLES];
      for (const message of messages) {
        ofLazy.addLazy(lazily(message));
        ofObjects.add(message);
      }
      expect(ofLazy.state()).toEqual(ofObjects.state());
    }
    expect(ofLazy.state().decodeErrors).toEqual({ truncated: 3, malformed: 15 });
  });

  it('knows the same of packets whose time no message can write', () => {
    const [ofLazy, ofObjects] = [new Tally(), new Tally()];
    for (const seconds of [2e9, -1e12, 1e9, 1e12, 3e9]) {
      const packet = new Packet(Buffer.alloc(0), 0, 0, 0, 1, seconds, 5, '');
      const message = new LazyMessage(decode(packet), { source: 'a', session: 'b' }, 1);
      ofLazy.addLazy(message);
      ofObjects.add(message.toJSON());
    }
    expect(ofLazy.state()).toEqual(ofObjects.state());
    expect(ofLazy.state().firstTime).toBe('2001-09-09T01:46:40.000000005Z');
  });

  it('knows the same of rows that were read from JSON, in any order and over several states', () => {
    const reader = new RowReader();
    const numbers = fc.array(fc.integer({ min: 1, max: 9999 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 4 }), (batches) => {
        const ofRows = new Tally();
        const ofObjects = new Tally();
        for (const batch of batches) {
          for (const message of batch.map((number) => tcpMessage(number))) {
            const text = Buffer.from(messageJson(message));
            ofRows.addRow(reader.read(text, 0, text.length)!);
            ofObjects.add(message);
          }
          expect(ofRows.state()).toEqual(ofObjects.state());
        }
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('takes the time a legacy message was made for its packet’s', () => {
    const tally = new Tally();
    tally.add({ data: {}, created: '2018-01-29 04:26:40', source: 'x' });
    expect(tally.state()).toMatchObject({
      firstTime: '2018-01-29 04:26:40',
      lastTime: '2018-01-29 04:26:40',
    });
  });

  it('believes no text that is no time, and no endless list of sources', () => {
    const tally = new Tally();
    for (const time of ['zzzz', 5, 'zzzz-01-01T00:00:00Z', null, {}])
      tally.add({ data: { frame: { time } } });
    for (let i = 0; i < 2000; i++) tally.add({ source: `host-${i}` });
    tally.add({ source: 'x'.repeat(100_000) });
    const { sources, moreSources, firstTime } = tally.state();
    expect(firstTime).toBeNull();
    expect(sources).toHaveLength(1000);
    expect(moreSources).toBe(true);
  });

  it('goes back to a state', () => {
    const tally = new Tally();
    tally.add(tcpMessage(1));
    tally.refuse('too-deep');
    const before = tally.state();
    tally.add({ ...tcpMessage(5), source: 'other' });
    tally.refuse('empty');
    expect(tally.state()).not.toEqual(before);
    tally.restore(before);
    expect(tally.state()).toEqual(before);
    expect(before.refused).toEqual({ 'too-deep': 1 });
  });
});
