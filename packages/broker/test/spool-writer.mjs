/**
 * Appends numbered records to the spool in argv[2] and tells `appended` and the number once that has resolved.
 * With `read` as argv[5] it also reads them, and tells `read` and the number before it releases one.
 */
import { writeSync } from 'node:fs';
import { SegmentLog } from '../dist/spool/segment-log.js';

const [, , folder, from, fsync, read] = process.argv;
const log = await SegmentLog.open({
  folder,
  maxBytes: 2 ** 30,
  segmentBytes: 2 ** 18,
  fsync,
  fsyncIntervalMs: 20,
  onEvent: () => {},
  onRoom: () => {},
});
let next = Number(from);

async function write() {
  for (;;) {
    const id = next++;
    await log.append(Buffer.from(`${id} `.padEnd(500 + (id % 7) * 3000, `${id % 10}`)), 10);
    writeSync(1, `appended ${id}\n`);
  }
}

async function readAll() {
  for (;;) {
    const record = await log.read();
    if (record === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    writeSync(1, `read ${Number.parseInt(record.payload.toString(), 10)}\n`);
    log.release(record);
  }
}

writeSync(1, 'open\n');
if (read) void readAll();
await Promise.all(Array.from({ length: 8 }, write));
