import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode, LinkType, legacyBody, legacyBodyOfMessage, messageJson, toMessage } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { hasOracle, oracleCaptures, readCapture, readOracleCapture } from './captures.ts';

const GOLDEN = fileURLToPath(new URL('../../../../shared/golden/original/', import.meta.url));
const origin = { source: 'localdev', session: '0' };

describe.skipIf(!hasOracle || !existsSync(GOLDEN))('legacy from a message (needs ../shared)', () => {
  it('is what it is from the frame', () => {
    const golden = readdirSync(GOLDEN).filter((name) => name.endsWith('.pcap'));
    const packets = [
      ...golden.flatMap((name) => readCapture(readFileSync(GOLDEN + name))),
      ...oracleCaptures().flatMap(readOracleCapture),
    ].filter(({ linkType }) => linkType === LinkType.ETHERNET);
    let compared = 0;
    const different: string[] = [];
    for (const packet of packets) {
      const message = JSON.parse(messageJson(toMessage(decode(packet), origin, 1)));
      const fromFrame = JSON.stringify(legacyBody(packet, 'localdev'));
      const fromMessage = JSON.stringify(legacyBodyOfMessage(message));
      compared++;
      if (fromFrame !== fromMessage)
        different.push(`${message.data.frame.protocols}\n${fromFrame}\n${fromMessage}`);
    }
    expect(compared).toBeGreaterThan(14_000);
    expect(different.length, different.slice(0, 5).join('\n')).toBe(0);
  });
});
