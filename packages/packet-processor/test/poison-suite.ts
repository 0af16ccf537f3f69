import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMPLETE, compare, idsOf, newFolder } from './datasets.ts';
import { deadLetters, packet, packets, publish, publishRaw, type Target } from './feed.ts';
import { startProcessor } from './processor-child.ts';

const nested = (depth: number): string => `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;
const withData = (data: string): string => `{"schema":2,"id":"x-y-1","data":${data}}`;

/** What is put aside, and why. */
const POISON: readonly (readonly [name: string, line: string | Uint8Array, reason: string])[] = [
  ['text', 'GET / HTTP/1.1', 'not JSON'],
  ['half a message', JSON.stringify(packet(77)).slice(0, -9), 'not JSON'],
  ['NaN', withData('{"ip":{"ttl":NaN}}'), 'not JSON'],
  ['bytes', Uint8Array.of(0x80, 0xff, 0, 1, 2, 0xfe), 'not JSON'],
  ['a number', '42', 'not a message'],
  ['null', 'null', 'not a message'],
  ['a list', '[{"schema":2}]', 'not a message'],
  ['no data', '{"schema":2,"id":"x-y-1"}', 'not a message'],
  ['data of the wrong kind', '{"schema":2,"id":"x-y-1","data":"ether"}', 'not a message'],
  ['no id', '{"schema":2,"data":{"ether":{}}}', 'not a message'],
  ['an id of the wrong kind', '{"schema":2,"id":7,"data":{"ether":{}}}', 'not a message'],
  ['an endless id', `{"schema":2,"id":"${'x'.repeat(600)}","data":{}}`, 'not a message'],
  ['a schema nobody knows', '{"schema":3,"id":"x-y-1","data":{"ether":{}}}', 'unknown schema'],
  ['a packet without layers', '{"data":{},"created":"2018-01-29 04:26:40","source":"x"}', 'empty'],
  ['nesting', withData(`{"foo":${nested(40)}}`), 'too deep'],
  ['endless nesting', withData(`{"foo":${nested(50_000)}}`), 'too deep'],
  ['many values', withData(`{"foo":[${'1,'.repeat(300_000)}1]}`), 'too large'],
  ['a very long text', withData(`{"foo":"${'x'.repeat(9_000_000)}"}`), 'too large'],
];

/** What no packet looks like, and what becomes rows all the same. */
const STRANGE = [
  `{"schema":2,"id":"host-a-s1-101","data":{"__proto__":{"x":1},"constructor":{"y":2}}}`,
  `{"schema":2,"id":"host-a-s1-102","data":{"ip":"not an object","tcp":[1,2],"frame":null}}`,
  `{"schema":2,"id":"host-a-s1-103","data":{"raw":{"load":"\\u0000\\"=cmd|' /C calc'!A0"}}}`,
];

/** What has to hold for every broker and wire: poison goes aside message by message, the rest becomes rows. */
export function itSurvivesPoison(newTarget: () => Target): void {
  it('puts aside what is no message, each with its reason, and nothing else', async () => {
    const target = newTarget();
    const csv = join(newFolder(), 'x.csv');
    const processor = await startProcessor(target, ['--output-csv', csv, '--json']);
    await publish(target, packets(1, 50));
    for (const [i, [, line]] of POISON.entries()) {
      await publishRaw(target, [line, JSON.stringify(packet(51 + i))]);
    }
    await publish(target, packets(51 + POISON.length, 100));
    await publishRaw(target, STRANGE);
    const { deadLettered } = await processor.until(({ rows, deadLettered: dead }) => {
      return rows === 103 && Object.values(dead).reduce((sum, count) => sum + count, 0) === POISON.length;
    });
    const counts: Record<string, number> = {};
    for (const [, , reason] of POISON) counts[reason] = (counts[reason] ?? 0) + 1;
    expect(deadLettered).toEqual(counts);
    expect((await processor.stop()).code).toBe(0);
    expect(compare(idsOf([csv]), 103)).toEqual(COMPLETE);

    const letters = await deadLetters(target, POISON.length);
    const shown = ([text, reason]: readonly [string, string]) =>
      `${reason} ${text.length} ${text.slice(0, 40)}`;
    const wanted = POISON.map(([, line, reason]) => [Buffer.from(line).toString('latin1'), reason] as const);
    expect(letters.map(shown).sort()).toEqual(wanted.map(shown).sort());
  });
}
