import { PipelineError } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../test/packets.ts';
import {
  client,
  expectPart,
  named,
  packetOf,
  rowsOf,
  START,
  server,
  udp,
} from '../../test/statistics-rows.ts';
import { FlowLabels } from '../labels/flow-labels.ts';
import { STATISTICS_SETS } from './catalogue.ts';
import { flowStatistics } from './flow-statistics.ts';

const MS = START * 1000;

describe('what is a flow', () => {
  it('is forward as its first packet, whoever that comes from', () => {
    const packets = [server(0, { flags: 'SA', payload: 5 }), client(1), server(2, { payload: 7 })];
    const [row] = rowsOf('nfstream', packets);
    expectPart(row, {
      src_ip: '10.0.0.2',
      src_port: 80,
      dst_port: 1000,
      src2dst_packets: 2,
      dst2src_packets: 1,
    });
    expectPart(row, { src2dst_bytes: 54 + 5 + 54 + 7, dst2src_bytes: 54, src2dst_syn_packets: 1 });
  });

  it('has nothing to say of what it has too few packets for', () => {
    const [row] = rowsOf('nfstream', [client(0, { payload: 3 })]);
    expectPart(row, {
      bidirectional_packets: 1,
      bidirectional_duration_ms: 0,
      bidirectional_min_ps: 57,
      bidirectional_mean_ps: 57,
      bidirectional_stddev_ps: null,
      bidirectional_mean_piat_ms: null,
      src2dst_last_seen_ms: MS,
      dst2src_packets: 0,
      dst2src_bytes: 0,
      dst2src_first_seen_ms: null,
      dst2src_duration_ms: null,
      dst2src_min_ps: null,
      dst2src_max_ps: null,
      dst2src_mean_ps: null,
      dst2src_ack_packets: 0,
    });
    expectPart(rowsOf('cicflowmeter', [client(0, { payload: 3, window: 9 })])[0], {
      'Flow Duration': 0,
      'Flow Bytes/s': null,
      'Bwd Packets/s': null,
      'Flow IAT Max': null,
      'Fwd IAT Total': 0,
      'Bwd Packet Length Max': null,
      'Down/Up Ratio': 0,
      'Subflow Fwd Bytes': 3,
      Init_Win_bytes_forward: 9,
      Init_Win_bytes_backward: null,
      act_data_pkt_fwd: 1,
      'Active Mean': 0,
      'Active Std': null,
      'Idle Max': null,
    });
  });

  it('says 0 for it where that is asked for, but in texts', () => {
    const options = { zeroForNone: true, protocols: 'all' } as const;
    const fragment = udp(0, { payload: 8, fragment: [0, true, 7] });
    for (const { name, columns } of STATISTICS_SETS) {
      const [row] = rowsOf(name, [fragment], options);
      for (const { name: column, type } of columns) {
        expect(typeof row[column], column).toBe(type === 'text' ? 'string' : 'number');
      }
    }
    expectPart(rowsOf('nfstream', [fragment], options)[0], { dst2src_first_seen_ms: 0, dst2src_mean_ps: 0 });
  });

  it('ends by the idle time-out, and begins anew', () => {
    const packets = [client(0), server(120_000), client(240_001), client(240_002)];
    const rows = rowsOf('nfstream', packets);
    expect(rows.map((row) => [row.bidirectional_packets, row.end_reason, row.expiration_id])).toEqual([
      [2, 'idle', 0],
      [2, 'capture-end', 0],
    ]);
    expect(rows[1].bidirectional_first_seen_ms).toBe(MS + 240_001);
  });

  it('ends by the active time-out though it goes on', () => {
    // Packets 100 s apart: 0 to 1800 s are one flow, 1900 s is over the time.
    const packets = Array.from({ length: 21 }, (_, i) => client(i * 100_000));
    const rows = rowsOf('nfstream', packets);
    expect(rows.map((row) => [row.bidirectional_packets, row.end_reason, row.expiration_id])).toEqual([
      [19, 'active', 1],
      [2, 'capture-end', 0],
    ]);
    expect(rows[0].bidirectional_duration_ms).toBe(1_800_000);
    const short = rowsOf('nfstream', packets, { activeSeconds: 900 });
    expect(short.map((row) => row.bidirectional_packets)).toEqual([10, 10, 1]);
    const cic = rowsOf('cicflowmeter', packets.slice(0, 4));
    expect(cic.map((row) => [row['Total Fwd Packets'], row.end_reason])).toEqual([
      [2, 'active'],
      [2, 'capture-end'],
    ]);
  });

  it('ends with RST for CICFlowMeter, and goes on for NFStream', () => {
    const packets = [
      client(0, { flags: 'S' }),
      server(1, { flags: 'RA' }),
      client(2, { flags: 'S' }),
      server(3),
    ];
    const rows = rowsOf('cicflowmeter', packets);
    expect(rows.map((row) => [row['Total Fwd Packets'], row['RST Flag Count'], row.end_reason])).toEqual([
      [1, 1, 'closed'],
      [1, 0, 'capture-end'],
    ]);
    const whole = rowsOf('nfstream', packets);
    expect(whole.map((row) => [row.bidirectional_packets, row.bidirectional_rst_packets])).toEqual([[4, 1]]);
    const ended = rowsOf('nfstream', packets, { tcpEndSeconds: 5 });
    expect(ended.map((row) => [row.bidirectional_packets, row.expiration_id])).toEqual([
      [2, -1],
      [2, 0],
    ]);
  });

  it('ends with the FINs of both, and not before the last ACK', () => {
    const packets = [
      client(0, { flags: 'FA' }),
      server(1, { flags: 'FA' }),
      client(2),
      client(3, { flags: 'S' }),
    ];
    const rows = rowsOf('cicflowmeter', packets);
    expect(rows.map((row) => [row['Total Fwd Packets'], row['FIN Flag Count'], row.end_reason])).toEqual([
      [2, 2, 'closed'],
      [1, 0, 'capture-end'],
    ]);
  });

  it('counts later fragments with the first one, and their payload', () => {
    // 1480 bytes of IP payload in the first (8 of UDP's header), 520 in the second.
    const packets = [
      udp(0, { payload: 1472, fragment: [0, true, 7] }),
      udp(1, { payload: 520, fragment: [185, false, 7] }),
    ];
    const [row] = rowsOf('cicflowmeter', packets);
    expectPart(row, {
      'Total Fwd Packets': 2,
      'Total Length of Fwd Packets': 1472 + 520,
      'Fwd Header Length': 8,
      min_seg_size_forward: 8,
    });
    // Read the other way round, the later one waits for the first.
    const late = rowsOf('cicflowmeter', packets.toReversed());
    expectPart(late[0], {
      'Total Fwd Packets': 2,
      'Total Length of Fwd Packets': 1992,
      'Flow Duration': 1000,
    });
    const bytes = (accounting: 'ip' | 'transport' | 'payload') =>
      rowsOf('nfstream', packets, { accounting })[0].bidirectional_bytes;
    expect(bytes('ip')).toBe(20 + 8 + 1472 + 20 + 520);
    expect(bytes('transport')).toBe(8 + 1472 + 520);
    expect(bytes('payload')).toBe(1472 + 520);
  });

  it('counts every retransmission', () => {
    const again = { flags: 'PA', payload: 10 };
    const [row] = rowsOf('cicflowmeter', [client(0, again), client(200, again), client(600, again)]);
    expectPart(row, {
      'Total Fwd Packets': 3,
      'Total Length of Fwd Packets': 30,
      'Fwd PSH Flags': 3,
      'Flow IAT Max': 400_000,
      act_data_pkt_fwd: 3,
    });
  });

  it('takes a packet that is stamped too early as one in no time', () => {
    // 10, 0 (late by 10 ms), 30: the times between are 0 and 20.
    const [row] = rowsOf('nfstream', [client(10), client(0), client(30)], { splt: 3 });
    expectPart(row, {
      bidirectional_first_seen_ms: MS,
      bidirectional_duration_ms: 30,
      bidirectional_min_piat_ms: 0,
      bidirectional_max_piat_ms: 20,
      splt_piat_ms_2: 0,
      splt_piat_ms_3: 20,
    });
  });

  it('is of IPv6, of a VLAN, of a protocol without ports', () => {
    const ipv6 = { from: '2001:db8::1', to: '2001:db8::2', payload: 4 };
    expectPart(rowsOf('nfstream', [udp(0, { ...ipv6, vlans: [3] })])[0], {
      src_ip: '2001:db8::1',
      dst_ip: '2001:db8::2',
      ip_version: 6,
      vlan_id: 3,
      protocol: 17,
      bidirectional_bytes: 14 + 4 + 40 + 8 + 4,
    });
    const rsvp = frameOf({ from: '10.0.0.1', to: '10.0.0.2', payload: 4, protocol: 'udp' });
    rsvp[23] = 46;
    expectPart(rowsOf('cicflowmeter', [packetOf(rsvp, 0)])[0], {
      Protocol: 46,
      'Source Port': 0,
      'Total Length of Fwd Packets': 12,
      'Fwd Header Length': 0,
      min_seg_size_forward: null,
    });
    expect(rowsOf('nfstream', [packetOf(rsvp, 0)], { protocols: 'tcp-udp' })).toEqual([]);
  });
});

describe('flowStatistics', () => {
  it('gives rows as flows end, once', () => {
    const statistics = flowStatistics('nfstream');
    statistics.add([client(0)]);
    expect([...statistics.takeEnded()]).toEqual([]);
    statistics.add([udp(1)]);
    statistics.expire(START + 120, 0);
    expect([...statistics.takeEnded()]).toEqual([]);
    statistics.expire(START + 120, 500_000);
    const rows = named(statistics, statistics.takeEnded());
    expect(rows.map(({ protocol, end_reason }) => [protocol, end_reason])).toEqual([[6, 'idle']]);
    expect(named(statistics, statistics.finish()).map(({ protocol }) => protocol)).toEqual([17]);
    expect([...statistics.finish()]).toEqual([]);
    expect(statistics.counts).toMatchObject({ packets: 2, inFlows: 2, flows: 2 });
  });

  it('makes room for new flows, and gives rows one at a time', () => {
    const statistics = flowStatistics('cicflowmeter', { maxFlows: 4 });
    for (let port = 1; port <= 500; port++) {
      statistics.add([udp(port, { ports: [port, 53], payload: port })]);
      for (const row of statistics.takeEnded()) {
        expect(row[2]).toBe(port - 4);
        expect(row[10]).toBe(port - 4);
        expect(row.at(-1)).toBe('evicted');
        break;
      }
    }
    expect([...statistics.finish()].map((row) => row[2])).toEqual([497, 498, 499, 500]);
    expect(statistics.counts.evictedFlows).toBe(496);
  });

  it('keeps records of many flows apart', () => {
    const ports = Array.from({ length: 1500 }, (_, i) => i + 1);
    const packets = ports.flatMap((port) => [udp(port, { ports: [port, 53], payload: port % 90 })]);
    const rows = rowsOf('nfstream', [...packets, ...packets.toReversed()], { splt: 5 }, 100);
    expect(rows).toHaveLength(1500);
    for (const row of rows) {
      const size = 42 + (Number(row.src_port) % 90);
      expectPart(row, {
        bidirectional_packets: 2,
        bidirectional_bytes: 2 * size,
        splt_ps_2: size,
        splt_ps_3: -1,
      });
    }
  });

  it('has labels in its last column, if there are any', async () => {
    const labels = new FlowLabels({ reverse: true, withinSeconds: 1 });
    const row = { source: '10.0.0.2', sourcePort: 80, destination: '10.0.0.1', destinationPort: 1000 };
    labels.add({ ...row, protocol: 6, name: 'scan', start: START, seconds: 0 });
    // Of two flows with one key the second is too late for it.
    const packets = [client(0), server(1), client(200_000)];
    for (const [set, name] of [
      ['nfstream', 'label'],
      ['cicflowmeter', 'Label'],
    ] as const) {
      const rows = rowsOf(set, packets, { labels });
      expect(rows.map((row) => row[name])).toEqual(['scan', null]);
      expect(Object.keys(rows[0]).at(-1)).toBe(name);
      expect(rowsOf(set, packets)[0]).not.toHaveProperty(name);
    }
  });

  it.each([
    [{ splt: 256 }, 'splt is 0 to 255 packets, not 256'],
    [{ splt: 1.5 }, 'splt is 0 to 255 packets, not 1.5'],
    [{ seed: 65_536 }, 'the seed is 0 to 65535, not 65536'],
    [{ accounting: 'link' as 'ip' }, 'the accounting is frame, ip, transport, payload, not link'],
    [{ activitySeconds: 0 }, 'the activity seconds must be above 0, not 0'],
  ])('refuses %j', (options, message) => {
    expect(() => flowStatistics('nfstream', options)).toThrow(message);
  });

  it('refuses a set that there is not', () => {
    expect(() => flowStatistics('argus' as 'nfstream')).toThrow(PipelineError);
    expect(() => flowStatistics('argus' as 'nfstream')).toThrow('named argus, but nfstream and cicflowmeter');
  });
});
