import { describe, expect, it } from 'vitest';
import { client, expectPart, expectRow, rowsOf, START, server } from '../../../test/statistics-rows.ts';

/** 54 bytes of headers and the payload: sizes 54, 60, 100, 100 (again), 1000, 54. */
const CONVERSATION = [
  client(0, { flags: 'S' }),
  server(10, { flags: 'SA', payload: 6 }),
  client(30, { flags: 'PA', payload: 46 }),
  client(70, { flags: 'PA', payload: 46 }),
  server(150, { flags: 'AUEC', payload: 946 }),
  client(160, { flags: 'RF' }),
];
const MS = START * 1000;

describe('the nfstream set', () => {
  it('counts a conversation as one does by hand', () => {
    const rows = rowsOf('nfstream', CONVERSATION);
    expect(rows).toHaveLength(1);
    expectRow(rows[0], {
      expiration_id: 0,
      src_ip: '10.0.0.1',
      src_port: 1000,
      dst_ip: '10.0.0.2',
      dst_port: 80,
      protocol: 6,
      ip_version: 4,
      vlan_id: 0,
      tunnel_id: 0,
      bidirectional_first_seen_ms: MS,
      bidirectional_last_seen_ms: MS + 160,
      bidirectional_duration_ms: 160,
      bidirectional_packets: 6,
      bidirectional_bytes: 54 + 60 + 100 + 100 + 1000 + 54,
      src2dst_first_seen_ms: MS,
      src2dst_last_seen_ms: MS + 160,
      src2dst_duration_ms: 160,
      src2dst_packets: 4,
      src2dst_bytes: 54 + 100 + 100 + 54,
      dst2src_first_seen_ms: MS + 10,
      dst2src_last_seen_ms: MS + 150,
      dst2src_duration_ms: 140,
      dst2src_packets: 2,
      dst2src_bytes: 60 + 1000,
      bidirectional_min_ps: 54,
      bidirectional_mean_ps: 1368 / 6, // 228
      // 54 - 228 = -174 twice, 60 - 228 = -168, 100 - 228 = -128 twice, 1000 - 228 = 772
      bidirectional_stddev_ps: Math.sqrt((2 * 30_276 + 28_224 + 2 * 16_384 + 595_984) / 5),
      bidirectional_max_ps: 1000,
      src2dst_min_ps: 54,
      src2dst_mean_ps: 308 / 4, // 77: two are 23 below, two 23 above
      src2dst_stddev_ps: Math.sqrt((4 * 529) / 3),
      src2dst_max_ps: 100,
      dst2src_min_ps: 60,
      dst2src_mean_ps: 530, // 470 off, both
      dst2src_stddev_ps: Math.sqrt((2 * 220_900) / 1),
      dst2src_max_ps: 1000,
      bidirectional_min_piat_ms: 10,
      bidirectional_mean_piat_ms: 32, // (10 + 20 + 40 + 80 + 10) / 5
      // -22, -12, 8, 48, -22
      bidirectional_stddev_piat_ms: Math.sqrt((484 + 144 + 64 + 2304 + 484) / 4),
      bidirectional_max_piat_ms: 80,
      src2dst_min_piat_ms: 30,
      src2dst_mean_piat_ms: 160 / 3, // (30 + 40 + 90) / 3
      // thirds: -70, -40, 110
      src2dst_stddev_piat_ms: Math.sqrt((4900 + 1600 + 12_100) / 9 / 2),
      src2dst_max_piat_ms: 90,
      dst2src_min_piat_ms: 140,
      dst2src_mean_piat_ms: 140,
      dst2src_stddev_piat_ms: null,
      dst2src_max_piat_ms: 140,
      bidirectional_syn_packets: 2,
      bidirectional_cwr_packets: 1,
      bidirectional_ece_packets: 1,
      bidirectional_urg_packets: 1,
      bidirectional_ack_packets: 4,
      bidirectional_psh_packets: 2,
      bidirectional_rst_packets: 1,
      bidirectional_fin_packets: 1,
      src2dst_syn_packets: 1,
      src2dst_cwr_packets: 0,
      src2dst_ece_packets: 0,
      src2dst_urg_packets: 0,
      src2dst_ack_packets: 2,
      src2dst_psh_packets: 2,
      src2dst_rst_packets: 1,
      src2dst_fin_packets: 1,
      dst2src_syn_packets: 1,
      dst2src_cwr_packets: 1,
      dst2src_ece_packets: 1,
      dst2src_urg_packets: 1,
      dst2src_ack_packets: 2,
      dst2src_psh_packets: 0,
      dst2src_rst_packets: 0,
      dst2src_fin_packets: 0,
      community_id: rows[0].community_id,
      end_reason: 'capture-end',
    });
  });

  it('has the first packets with their directions, sizes and times, -1 behind the last', () => {
    const [row] = rowsOf('nfstream', CONVERSATION, { splt: 7 });
    const values = (name: string) => Array.from({ length: 7 }, (_, i) => row[`${name}_${i + 1}`]);
    expect(values('splt_direction')).toEqual([0, 1, 0, 0, 1, 0, -1]);
    expect(values('splt_ps')).toEqual([54, 60, 100, 100, 1000, 54, -1]);
    expect(values('splt_piat_ms')).toEqual([0, 10, 20, 40, 80, 10, -1]);
    const [short] = rowsOf('nfstream', CONVERSATION, { splt: 2 });
    expect(Object.entries(short).slice(-6)).toEqual([
      ['splt_direction_1', 0],
      ['splt_direction_2', 1],
      ['splt_ps_1', 54],
      ['splt_ps_2', 60],
      ['splt_piat_ms_1', 0],
      ['splt_piat_ms_2', 10],
    ]);
    expect(short.bidirectional_packets).toBe(6);
  });

  it('keeps up to 255 first packets, and each flow its own', () => {
    const packets = Array.from({ length: 600 }, (_, i) =>
      (i % 2 === 0 ? client : server)(i, { payload: i % 3 === 0 ? i : 0 }),
    );
    const others = Array.from({ length: 3 }, (_, i) => server(2_000_000 + i, { payload: i }));
    const [long, next] = rowsOf('nfstream', [...packets, ...others], { splt: 255 }, 50);
    for (let i = 0; i < 255; i++) {
      expect(long[`splt_direction_${i + 1}`]).toBe(i % 2);
      expect(long[`splt_ps_${i + 1}`]).toBe(54 + (i % 3 === 0 ? i : 0));
      expect(long[`splt_piat_ms_${i + 1}`]).toBe(i === 0 ? 0 : 1);
    }
    expect([1, 2, 3, 4, 255].map((i) => next[`splt_ps_${i}`])).toEqual([54, 55, 56, -1, -1]);
  });

  it('takes the size from the layer that is asked for', () => {
    const packets = [client(0, { payload: 100, options: 3 })];
    const bytes = (accounting: 'frame' | 'ip' | 'transport' | 'payload') =>
      rowsOf('nfstream', packets, { accounting })[0].bidirectional_bytes;
    expect(bytes('frame')).toBe(14 + 20 + 32 + 100);
    expect(bytes('ip')).toBe(20 + 32 + 100);
    expect(bytes('transport')).toBe(32 + 100);
    expect(bytes('payload')).toBe(100);
  });

  it('cuts times to whole milliseconds where it is asked to', () => {
    // 0.9, 1.1 and 3.8 ms: 0, 1 and 3.
    const packets = [client(0.9), client(1.1), client(3.8)];
    const [exact] = rowsOf('nfstream', packets);
    expectPart(exact, { bidirectional_duration_ms: 2.9, bidirectional_min_piat_ms: 0.2 });
    const [whole] = rowsOf('nfstream', packets, { wholeMilliseconds: true });
    expectPart(whole, {
      bidirectional_first_seen_ms: MS,
      bidirectional_last_seen_ms: MS + 3,
      bidirectional_min_piat_ms: 1,
      bidirectional_max_piat_ms: 2,
    });
  });
});
