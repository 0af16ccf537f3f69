import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerMessage } from '@antinex/decoder';
import { inside } from './namespace-pair.ts';
import { Process } from './process.ts';

const PORT = 6379;
const DATABASE = '15';
const STREAM = 'NEW_PACKETS.batch';
/** At once: what comes between two commands would be lost. */
const TAKE = "local all = redis.call('XRANGE', KEYS[1], '-', '+') redis.call('DEL', KEYS[1]) return all";

/** A Redis on the loopback device of a network namespace. */
export class NamespaceRedis {
  readonly url = `redis://127.0.0.1:${PORT}/${DATABASE}`;
  private readonly namespace: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'redis-'));
  private readonly server: Process;

  static async start(namespace: string): Promise<NamespaceRedis> {
    const redis = new NamespaceRedis(namespace);
    await redis.server.until((output) => output.includes('Ready to accept connections'));
    return redis;
  }

  private constructor(namespace: string) {
    this.namespace = namespace;
    const place = ['--port', String(PORT), '--bind', '127.0.0.1', '--dir', this.folder];
    this.server = new Process(namespace, 'redis-server', ...place, '--save', '', '--appendonly', 'no');
  }

  pause(): void {
    this.server.kill('SIGSTOP');
  }

  resume(): void {
    this.server.kill('SIGCONT');
  }

  /** Takes the packets out of the queue. */
  take(): string[] {
    return this.takeAll().packets;
  }

  /** Takes everything out of the queue: packets, and what agents told of themselves. */
  takeAll(): { packets: string[]; ledgers: LedgerMessage[] } {
    const printed = this.cli('--raw', 'EVAL', TAKE, '1', STREAM);
    const lines = printed.split('\n').filter((line) => line.startsWith('{"'));
    const isLedger = (line: string) => line.startsWith('{"ledger"');
    return {
      packets: lines.filter((line) => !isLedger(line)),
      ledgers: lines.filter(isLedger).map((line) => JSON.parse(line)),
    };
  }

  async stop(): Promise<void> {
    this.server.kill('SIGKILL');
    await this.server.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private cli(...words: readonly string[]): string {
    return inside(this.namespace, 'redis-cli', '-n', DATABASE, ...words);
  }
}
