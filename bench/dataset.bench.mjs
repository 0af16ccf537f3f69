/**
 * Message objects to durable CSV, and to the archive: rows per CPU second on one core.
 * Run after `npm run build`: node bench/dataset.bench.mjs [rows]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../packages/dataset/dist/index.js';
import { decode, LinkType, Packet, toMessage } from '../packages/decoder/dist/index.js';

const ROWS = Number(process.argv[2] ?? 500_000);
const BATCH = 256;
const ORIGIN = { source: 'bench', session: 'x' };

/** An Ethernet, IPv4, TCP frame with timestamps and 200 bytes of payload. */
function tcpFrame(number) {
  const data = Buffer.alloc(266, 'payload ');
  data.write('0200000000020200000000010800', 0, 'hex');
  data.write('450000fc000040004006', 14, 'hex');
  data.writeUInt16BE(number & 0xffff, 18);
  data.writeUInt16BE((number * 7919) & 0xffff, 24);
  data.writeUInt32BE(0x0a000001, 26);
  data.writeUInt32BE(0x0a000002 + (number & 255), 30);
  data.writeUInt16BE(40_000 + (number % 2000), 34);
  data.writeUInt16BE(443, 36);
  data.writeUInt32BE((number * 2_654_435_761) >>> 0, 38);
  data.writeUInt32BE((number * 40_503) >>> 0, 42);
  data.write('801801f5', 46, 'hex');
  data.writeUInt16BE((number * 31) & 0xffff, 50);
  data.write('00000101080a', 52, 'hex');
  data.writeUInt32BE(123_456_789 + number, 58);
  data.writeUInt32BE(987_654_321 + number, 62);
  return data;
}

const packets = Array.from({ length: 1024 }, (_, number) => {
  const data = tcpFrame(number);
  return new Packet(data, 0, 266, 266, LinkType.ETHERNET, 1_517_199_999, number * 1000, 'eth0');
});
const message = (number) => toMessage(decode(packets[number % packets.length]), ORIGIN, number + 1);
const own = packets.map((_, number) => message(number));
const parsed = own.map((item) => JSON.parse(JSON.stringify(item)));

async function measure(name, rows, files, messageOf) {
  const folder = mkdtempSync(join(tmpdir(), 'netpipe-bench-'));
  const paths = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, join(folder, file)]));
  const dataset = await openDataset({ schema: 2, name: 'bench', ...paths });
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (let from = 0; from < rows; from += BATCH) {
    const batch = [];
    for (let at = from; at < from + BATCH; at++) batch.push(messageOf(at));
    await dataset.append(batch);
  }
  const { bytes } = dataset;
  await dataset.snapshot();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const written = dataset.rows;
  await dataset.close();
  rmSync(folder, { recursive: true });
  const perCpuSecond = written / ((user + system) / 1e6);
  console.log(
    [
      name.padEnd(34),
      `${Math.round(perCpuSecond / 1000)}k rows per CPU second`,
      `${((user + system) / written).toFixed(2)} us per row (${(user / written).toFixed(2)} user)`,
      `${Math.round(written / seconds / 1000)}k rows/s wall`,
      `${Math.round(bytes / written)} bytes per row`,
      `rss ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
    ].join('  '),
  );
}

const csv = { csvPath: 'bench.csv' };
await measure('warm-up', ROWS / 10, csv, (number) => own[number % own.length]);
await measure('messages to CSV', ROWS, csv, (number) => own[number % own.length]);
await measure('parsed JSON messages to CSV', ROWS, csv, (number) => parsed[number % parsed.length]);
await measure('packets to messages to CSV', ROWS, csv, message);
await measure(
  'messages to archive',
  ROWS / 10,
  { archivePath: 'bench.json' },
  (number) => own[number % own.length],
);
