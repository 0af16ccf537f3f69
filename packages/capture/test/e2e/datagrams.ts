import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenPacket } from './captured.ts';

export const SMALL_RING = { bufferMb: 32 };
export const UDP_PORT = 9000;
export const UDP_HEADERS = 14 + 20 + 8;

/** A node program that sends `count` datagrams to an address, each holding its number and `size` bytes. */
export const sender = (address: string, count: number, size = 4) => `
  const socket = require('node:dgram').createSocket('udp4');
  let left = ${count};
  for (let i = 0; i < ${count}; i++) {
    const data = Buffer.alloc(${size});
    data.writeUInt32BE(i);
    socket.send(data, ${UDP_PORT}, '${address}', () => --left || socket.close());
  }`;

/** The number that a datagram of sender() holds. */
export const datagramNumber = ({ hex }: SeenPacket) => Buffer.from(hex, 'hex').readUInt32BE(UDP_HEADERS);

export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Resolves when a process has ended; throws when that takes seconds. */
export async function gone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 5000; existsSync(`/proc/${pid}`); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
  }
}
