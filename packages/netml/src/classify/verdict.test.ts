import { describe, expect, it } from 'vitest';
import { type Verdict, verdictJson, verdictText } from './verdict.ts';

const VERDICT: Verdict = {
  flow: {
    source: '192.0.2.1',
    source_port: 1234,
    destination: '2001:db8::1',
    destination_port: 80,
    protocol: 6,
    start: 1499083690.9999998,
  },
  end: 1499083691.5,
  packets: 3,
  score: 12.3456789,
  anomaly: true,
};

describe('a verdict as text', () => {
  it.each<[string, Verdict, string]>([
    [
      'of a flow',
      VERDICT,
      '[2017-07-03] [12:08:11.000000 – 12:08:11.500000] 192.0.2.1:1234 → [2001:db8::1]:80 [TCP] ANOMALY 12.3457\n',
    ],
    ['with a label', { ...VERDICT, flow: {}, end: 5, label: 'DDoS' }, 'row 7 ANOMALY 12.3457 (DDoS)\n'],
    [
      'of what netml makes of all that is not IPv4',
      { ...VERDICT, flow: { ...VERDICT.flow, source: '', protocol: -1 }, anomaly: false, score: -0 },
      '[2017-07-03] [12:08:11.000000 – 12:08:11.500000] not IPv4 [-1] NORMAL 0\n',
    ],
    [
      'without any time that a date could hold',
      {
        ...VERDICT,
        flow: { source: 'a', source_port: 1, destination: 'b', destination_port: 2, start: 1e15 },
        end: -1e15,
      },
      'a:1 → b:2 ANOMALY 12.3457\n',
    ],
    [
      'of what is not known',
      {
        ...VERDICT,
        flow: {
          source: null,
          source_port: null,
          destination: 'b',
          destination_port: 2,
          protocol: null,
          start: null,
        },
      },
      '?:? → b:2 ANOMALY 12.3457\n',
    ],
    [
      'of texts that would steer a terminal',
      {
        ...VERDICT,
        flow: { source: 'a\u001b[2J', source_port: 1, destination: 'b\u009b', destination_port: 2 },
        label: '\r\u0007',
      },
      'a?[2J:1 → b?:2 ANOMALY 12.3457 (??)\n',
    ],
    ['of a score beyond all numbers', { ...VERDICT, flow: {}, score: Infinity }, 'row 7 ANOMALY Infinity\n'],
  ])('%s', (_what, verdict, text) => {
    expect(verdictText(verdict, 7, false)).toBe(text);
  });

  it('anomalies are red where there are colours', () => {
    expect(verdictText(VERDICT, 1, true)).toContain('\u001b[31mANOMALY\u001b[39m');
    expect(verdictText({ ...VERDICT, anomaly: false }, 1, true)).not.toContain('\u001b');
  });
});

describe('a verdict as JSON', () => {
  it('has the names of feature files, and the score as it is', () => {
    expect(JSON.parse(verdictJson(VERDICT))).toEqual({
      ...VERDICT.flow,
      end: 1499083691.5,
      packets: 3,
      score: 12.3456789,
      verdict: 'anomaly',
    });
  });

  it('has the largest number for an infinite score, and null for what is unknown', () => {
    const flow = { ...VERDICT.flow, source: '', destination: '', source_port: -1 };
    expect(JSON.parse(verdictJson({ ...VERDICT, flow, score: Infinity, anomaly: false }))).toEqual({
      start: VERDICT.flow.start,
      source: null,
      destination: null,
      end: 1499083691.5,
      packets: 3,
      score: Number.MAX_VALUE,
      verdict: 'normal',
    });
  });
});
