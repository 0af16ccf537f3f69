import { describe, expect, it } from 'vitest';
import { client, expectPart, expectRow, rowsOf, server, udp } from '../../../test/statistics-rows.ts';

const CONVERSATION = [
  client(0, { flags: 'S', window: 8192, options: 3 }),
  server(1, { flags: 'SA', window: 4096, options: 3 }),
  client(2, { flags: 'PA', payload: 100, window: 500 }),
  client(102, { flags: 'PA', payload: 100, window: 500 }), // again
  client(202, { flags: 'PA', payload: 300 }),
  client(302, { flags: 'PA', payload: 500 }), // the fourth: a bulk
  client(402, { payload: 200 }),
  server(502, { flags: 'PAU', payload: 50, window: 600 }),
  server(2002), // 1.5 s: the second subflow
  client(9002, { flags: 'AEC' }), // 7 s: idle, and the third subflow
  server(9502, { flags: 'FA' }),
];
const SECONDS = 9.502;

/** Sample variance out of count, sum and sum of squares. */
const variance = (count: number, sum: number, squares: number): number =>
  (squares - sum ** 2 / count) / (count - 1);

describe('the cicflowmeter set', () => {
  it('counts a conversation as one does by hand', () => {
    const rows = rowsOf('cicflowmeter', CONVERSATION);
    expect(rows).toHaveLength(1);
    expectRow(rows[0], {
      'Flow ID': '10.0.0.1-10.0.0.2-1000-80-6',
      'Source IP': '10.0.0.1',
      'Source Port': 1000,
      'Destination IP': '10.0.0.2',
      'Destination Port': 80,
      Protocol: 6,
      Timestamp: '2017-07-14T02:40:00.000000000Z',
      'Flow Duration': 9_502_000,
      'Total Fwd Packets': 7,
      'Total Backward Packets': 4,
      'Total Length of Fwd Packets': 100 + 100 + 300 + 500 + 200, // 1200
      'Total Length of Bwd Packets': 50,
      'Fwd Packet Length Max': 500,
      'Fwd Packet Length Min': 0,
      'Fwd Packet Length Mean': 1200 / 7,
      'Fwd Packet Length Std': Math.sqrt(variance(7, 1200, 10_000 + 10_000 + 90_000 + 250_000 + 40_000)),
      'Bwd Packet Length Max': 50,
      'Bwd Packet Length Min': 0,
      'Bwd Packet Length Mean': 50 / 4,
      'Bwd Packet Length Std': 25, // (2500 - 2500 / 4) / 3 = 625
      'Flow Bytes/s': 1250 / SECONDS,
      'Flow Packets/s': 11 / SECONDS,
      // ms: 1, 1, 5 times 100, 1500, 7000, 500
      'Flow IAT Mean': 9_502_000 / 10,
      'Flow IAT Std': 1000 * Math.sqrt(variance(10, 9502, 1 + 1 + 50_000 + 2_250_000 + 49_000_000 + 250_000)),
      'Flow IAT Max': 7_000_000,
      'Flow IAT Min': 1000,
      // ms: 2, 4 times 100, 8600
      'Fwd IAT Total': 9_002_000,
      'Fwd IAT Mean': 9_002_000 / 6,
      'Fwd IAT Std': 1000 * Math.sqrt(variance(6, 9002, 4 + 40_000 + 73_960_000)),
      'Fwd IAT Max': 8_600_000,
      'Fwd IAT Min': 2000,
      // ms: 501, 1500, 7500
      'Bwd IAT Total': 9_501_000,
      'Bwd IAT Mean': 9_501_000 / 3,
      'Bwd IAT Std': 1000 * Math.sqrt(variance(3, 9501, 251_001 + 2_250_000 + 56_250_000)),
      'Bwd IAT Max': 7_500_000,
      'Bwd IAT Min': 501_000,
      'Fwd PSH Flags': 4,
      'Bwd PSH Flags': 1,
      'Fwd URG Flags': 0,
      'Bwd URG Flags': 1,
      'Fwd Header Length': 32 + 6 * 20,
      'Bwd Header Length': 32 + 3 * 20,
      'Fwd Packets/s': 7 / SECONDS,
      'Bwd Packets/s': 4 / SECONDS,
      'Min Packet Length': 0,
      'Max Packet Length': 500,
      'Packet Length Mean': 1250 / 11,
      'Packet Length Std': Math.sqrt(variance(11, 1250, 400_000 + 2500)),
      'Packet Length Variance': variance(11, 1250, 400_000 + 2500),
      'FIN Flag Count': 1,
      'SYN Flag Count': 2,
      'RST Flag Count': 0,
      'PSH Flag Count': 5,
      'ACK Flag Count': 10,
      'URG Flag Count': 1,
      'CWE Flag Count': 1,
      'ECE Flag Count': 1,
      'Down/Up Ratio': 4 / 7,
      'Average Packet Size': 1250 / 11,
      'Avg Fwd Segment Size': 1200 / 7,
      'Avg Bwd Segment Size': 50 / 4,
      'Fwd Avg Bytes/Bulk': 1200,
      'Fwd Avg Packets/Bulk': 5,
      'Fwd Avg Bulk Rate': 1200 / 0.4,
      'Bwd Avg Bytes/Bulk': null,
      'Bwd Avg Packets/Bulk': null,
      'Bwd Avg Bulk Rate': null,
      'Subflow Fwd Packets': 7 / 3,
      'Subflow Fwd Bytes': 1200 / 3,
      'Subflow Bwd Packets': 4 / 3,
      'Subflow Bwd Bytes': 50 / 3,
      Init_Win_bytes_forward: 8192,
      Init_Win_bytes_backward: 4096,
      act_data_pkt_fwd: 5,
      min_seg_size_forward: 20,
      // 0 to 2.002 s and 9.002 to 9.502 s: 1.251 s, 0.751 s off both
      'Active Mean': 1_251_000,
      'Active Std': 1000 * Math.sqrt(2 * 751 ** 2),
      'Active Max': 2_002_000,
      'Active Min': 500_000,
      'Idle Mean': 7_000_000,
      'Idle Std': null,
      'Idle Max': 7_000_000,
      'Idle Min': 7_000_000,
      community_id: rows[0].community_id,
      end_reason: 'capture-end',
    });
  });

  it('has the mean of several bulks, and none of runs that are broken', () => {
    const [row] = rowsOf('cicflowmeter', [
      client(0, { payload: 1 }),
      // 4 packets, 100 bytes, 30 ms
      ...[10, 20, 30, 40].map((time) => server(time, { payload: 25 })),
      client(50), // without payload: breaks nothing
      server(60, { payload: 25 }), // the fifth: 125 bytes, 50 ms
      client(70, { payload: 1 }), // breaks the run
      ...[80, 90, 100].map((time) => server(time, { payload: 10 })),
      server(1101, { payload: 10 }), // more than a second later: another run
      ...[1201, 1301, 1401].map((time) => server(time, { payload: 10 })), // 4 packets, 40 bytes, 300 ms
    ]);
    expectPart(row, {
      'Bwd Avg Bytes/Bulk': (125 + 40) / 2,
      'Bwd Avg Packets/Bulk': (5 + 4) / 2,
      'Bwd Avg Bulk Rate': 165 / 0.35,
      'Fwd Avg Bytes/Bulk': null,
    });
  });

  it('has no rate of a bulk in no time', () => {
    const [row] = rowsOf(
      'cicflowmeter',
      Array.from({ length: 4 }, () => client(0, { payload: 10 })),
    );
    expectPart(row, { 'Fwd Avg Bytes/Bulk': 40, 'Fwd Avg Packets/Bulk': 4, 'Fwd Avg Bulk Rate': null });
  });

  it('takes the seconds of activity that are asked for', () => {
    // Gaps of 2, 2 and 3 s.
    const packets = [0, 2000, 4000, 7000].map((time) => client(time));
    expectPart(rowsOf('cicflowmeter', packets)[0], { 'Active Mean': 7_000_000, 'Idle Mean': null });
    expectPart(rowsOf('cicflowmeter', packets, { activitySeconds: 2.5 })[0], {
      'Active Mean': 2_000_000, // 4 s and 0 s
      'Active Min': 0,
      'Idle Mean': 3_000_000,
    });
    // A gap as long as the limit is no idle time, one of a second no other subflow.
    const even = [0, 5000, 6000].map((time) => client(time));
    expectPart(rowsOf('cicflowmeter', even)[0], { 'Idle Mean': null, 'Subflow Fwd Packets': 3 / 2 });
  });

  it('knows no window of what is not TCP, is not there, or was cut off', () => {
    const windows = { Init_Win_bytes_forward: null, Init_Win_bytes_backward: null };
    expectPart(rowsOf('cicflowmeter', [udp(0)])[0], { ...windows, min_seg_size_forward: 8 });
    const cut = rowsOf('cicflowmeter', [
      client(0, { window: 7, cut: 5 }),
      server(1, { window: 9, cut: 4 }),
    ])[0];
    // 54 - 5 = 49 bytes end within the window's two.
    expectPart(cut, { Init_Win_bytes_forward: null, Init_Win_bytes_backward: 9 });
    expectPart(rowsOf('cicflowmeter', [client(0, { window: 0 })])[0], { Init_Win_bytes_forward: 0 });
  });

  it('counts no padding, and what was on the wire though it was not captured', () => {
    const [padded] = rowsOf('cicflowmeter', [udp(0, { payload: 2, padding: 16 })]);
    expect(padded['Total Length of Fwd Packets']).toBe(2);
    const [cut] = rowsOf('cicflowmeter', [client(0, { payload: 500, cut: 480 })]);
    expect(cut['Total Length of Fwd Packets']).toBe(500);
  });
});
