import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  type Capture,
  type CaptureOptions,
  type LibpcapError,
  type LinkState,
  openCapture,
  type Slab,
} from '@antinex/libpcap';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const DIST = new URL('../dist/index.js', import.meta.url);

/** Why nothing can be captured here, or null. */
export function whyNoCapture(): string | null {
  try {
    openCapture({ device: 'lo', bufferBytes: 1 }, { slab() {}, end() {} }).close();
    return null;
  } catch (error) {
    const { code } = error as LibpcapError;
    return code === 'NOT_BUILT' ? 'needs the native addon: npm run setup' : 'needs CAP_NET_RAW';
  }
}

/** Why none of these tools can be used here, or null. */
export function whyNoTools(...tools: string[]): string | null {
  for (const tool of tools) {
    try {
      execFileSync('which', [tool], { stdio: 'pipe' });
    } catch {
      return `needs ${tool}`;
    }
  }
  return null;
}

/** Child processes run the built package: Node 20 cannot run TypeScript. */
export function build(): void {
  execFileSync(`${root}/node_modules/.bin/tsc`, ['-b', `${root}/packages/libpcap`], { stdio: 'pipe' });
}

/** Runs a program in a Node of its own, with all that the package exports in scope. */
export async function runNode(
  program: string,
  { flags = [], before = [], dist = DIST }: { flags?: string[]; before?: string[]; dist?: URL } = {},
): Promise<{ code: number | null; signal: string | null; out: string; err: string }> {
  const names = 'clearCapabilities, compileFilter, listDevices, openCapture, readCapabilities, version';
  const source = `import { ${names} } from '${dist}';\n${program}`;
  const argv = [...before, process.execPath, ...flags, '--input-type=module', '-e', source];
  const child = spawn(argv[0], argv.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 100_000,
  });
  const [[code, signal], out, err] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, out, err };
}

/** Sends numbered datagrams to itself. */
export class Sender {
  private readonly socket = createSocket('udp4');
  private sent = 0;

  async open(): Promise<this> {
    this.socket.bind(0, '127.0.0.1');
    await once(this.socket, 'listening');
    return this;
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** What only these datagrams pass. */
  get filter(): string {
    return `udp dst port ${this.port}`;
  }

  async send(count: number, bytes = 100): Promise<void> {
    const data = Buffer.alloc(bytes);
    for (let i = 0; i < count; i++) {
      data.writeUInt32BE(this.sent++);
      await new Promise((resolve) => this.socket.send(data, this.port, '127.0.0.1', resolve));
    }
  }

  close(): void {
    this.socket.close();
  }
}

export interface Seen {
  /** The number the sender gave it. */
  readonly number: number;
  readonly capturedLength: number;
  readonly originalLength: number;
  readonly timeNs: bigint;
}

/** Ethernet, IPv4, UDP. */
export const HEADERS = 14 + 20 + 8;

export const readSlab = (slab: Slab): Seen[] =>
  Array.from({ length: slab.packetCount }, (_, i) => ({
    number: slab.data.readUInt32BE(slab.offsets[i] + HEADERS),
    capturedLength: slab.capturedLengths[i],
    originalLength: slab.originalLengths[i],
    timeNs: BigInt(slab.timestampSeconds[i]) * 1_000_000_000n + BigInt(slab.timestampNanos[i]),
  }));

/** A capture on loopback that keeps all it sees. */
export class Recording {
  readonly capture: Capture;
  readonly packets: Seen[] = [];
  readonly held: Slab[] = [];
  readonly links: LinkState[] = [];
  readonly ended: Promise<LibpcapError | undefined>;
  private keepSlabs: boolean;

  constructor(options: Partial<CaptureOptions> & { keepSlabs?: boolean }) {
    const { keepSlabs = false, ...rest } = options;
    this.keepSlabs = keepSlabs;
    let end: (error?: LibpcapError) => void;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.capture = openCapture(
      { device: 'lo', ...rest },
      {
        slab: (slab) => this.take(slab),
        end: (error) => end(error),
        link: (state) => this.links.push(state),
      },
    );
  }

  /** Stops, and waits for the end. */
  async stop(): Promise<this> {
    this.capture.stop();
    const error = await this.ended;
    if (error) throw error;
    return this;
  }

  /** Reads and gives back what was kept; from now on nothing is kept. */
  releaseAll(): void {
    this.keepSlabs = false;
    for (const slab of this.held.splice(0)) this.take(slab);
  }

  private take(slab: Slab): void {
    if (this.keepSlabs) {
      this.held.push(slab);
      return;
    }
    this.packets.push(...readSlab(slab));
    slab.release();
  }
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
