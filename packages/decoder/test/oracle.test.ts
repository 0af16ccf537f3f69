import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, messageJson, toMessage } from '@antinex/decoder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOracle, oracleCaptures, readOracleCapture } from './captures.ts';

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const MAP = fileURLToPath(new URL('./oracle-map.json', import.meta.url));

/** Layers in which not one field may differ from the oracle's. */
const EXACT = ['eth', 'arp', 'ip', 'ipv6', 'icmp', 'icmpv6', 'tcp', 'udp'];
const DNS_HEADER = /^dns\.(id|qr|opcode|aa|tc|rd|ra|z|ad|cd|rcode|[qna][dns]count|arcount)$/;

interface Report {
  frames: Record<string, number>;
  totals: { clean: { agree: number; mismatch?: number; agreement: number } };
  fields: { clean: Record<string, Record<string, number>> };
}

/**
 * What differs, and stays so: ten TCP segments in the middle of a DNS message, of which tshark reads the
 * first bytes as a header (mercury__emix); an ICMP packet inside NSH, which the issue does not ask for, and
 * the outer one of two tags, which tshark leaves out (arkime__arkime_synthetic, 307 and 513); the payload of
 * a TCP header that goes on in the next fragment (suricata-verify__frag-ppp-ip-tcp-syn). The `tunnel` class
 * is not part of the gate: the map names outer layers only, inner ones stand under `inner`.
 */
describe.skipIf(!hasOracle)('decoder against the oracle (needs ../shared)', () => {
  let report: Report;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oracle-'));
    for (const name of oracleCaptures()) {
      const lines = readOracleCapture(name).map((packet, i) =>
        messageJson(toMessage(decode(packet), { source: 'test', session: '0' }, i + 1)),
      );
      writeFileSync(join(folder, `${name}.ndjson`), `${lines.join('\n')}\n`);
    }
    const out = join(folder, 'report.json');
    const compare = join(SHARED, 'tools/compare-decoder.py');
    const expected = join(SHARED, 'pcaps/expected');
    execFileSync(
      'python3',
      [compare, '--got-dir', folder, '--expected-dir', expected, '--map', MAP, '--json', out],
      { maxBuffer: 1 << 26 },
    );
    report = JSON.parse(readFileSync(out, 'utf8'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has a line for every frame', () => {
    expect(report.frames.expected).toBeGreaterThan(14_000);
    expect(report.frames.got).toBe(report.frames.expected);
    expect(report.frames['frame-missing']).toBeUndefined();
  });

  it('agrees in at least 99.95 % of the clean fields', () => {
    expect(report.totals.clean.agree).toBeGreaterThan(400_000);
    expect(report.totals.clean.agreement).toBeGreaterThanOrEqual(0.9995);
  });

  it('has no mismatch where none is allowed', () => {
    const strict = Object.entries(report.fields.clean).filter(
      ([field]) => EXACT.includes(field.split('.')[0]) || field === 'frame.ts_ns' || DNS_HEADER.test(field),
    );
    expect(strict.length).toBeGreaterThan(60);
    expect(strict.filter(([, counts]) => counts.mismatch || counts.extra)).toEqual([]);
  });
});
