import { describe, expect, it } from 'vitest';
import { FlowKeys } from '../flow/flow-keys.ts';
import { FlowEnd } from '../flow/flow-observer.ts';
import { PacketHeaders } from '../packet/packet-headers.ts';
import { FlowRecords } from './flow-records.ts';
import type { Meter } from './meter.ts';
import { FlowWord } from './traffic.ts';

const COUNT = 5;
const meter: Meter = {
  words: 6,
  begin: () => {},
  packet: (record, at) => {
    record[at + COUNT]++;
  },
};
const h = new PacketHeaders();
const keys = new FlowKeys(4);

function newRecords(): FlowRecords {
  const records = new FlowRecords(meter);
  records.resize(4);
  return records;
}

function play(records: FlowRecords, slot: number, packets: number): void {
  records.begin(slot, h);
  for (let i = 0; i < packets; i++) records.packet(slot, h, false);
  records.end(slot, FlowEnd.ACTIVE, keys);
}

describe('FlowRecords', () => {
  it('uses a record again that was taken, from 0 on', () => {
    const records = newRecords();
    const places = new Set<Float64Array>();
    for (let flow = 0; flow < 5000; flow++) {
      play(records, flow % 4, flow % 7);
      for (const { words, at } of records.takeEnded()) {
        places.add(words);
        expect([words[at + COUNT], words[at + FlowWord.REASON]]).toEqual([flow % 7, FlowEnd.ACTIVE]);
      }
    }
    expect(places.size).toBe(1);
  });

  it('keeps those that wait, in the order of their ends', () => {
    const records = newRecords();
    for (let flow = 0; flow < 5000; flow++) play(records, 0, flow);
    let flow = 0;
    for (const { words, at } of records.takeEnded()) expect(words[at + COUNT]).toBe(flow++);
    expect(flow).toBe(5000);
  });

  it('forgets one where the taker stops, and no other', () => {
    const records = newRecords();
    for (const packets of [1, 2, 3]) play(records, 0, packets);
    for (const { words, at } of records.takeEnded()) {
      expect(words[at + COUNT]).toBe(1);
      break;
    }
    play(records, 1, 4);
    expect(Array.from(records.takeEnded(), ({ words, at }) => words[at + COUNT])).toEqual([2, 3, 4]);
  });
});
