import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Debian's, which has its python3-kombu; another python3 may come first in the PATH. */
const PYTHON = '/usr/bin/python3';

/** Why there is no Python peer here; undefined when there is. */
export function kombuMissing(): string | undefined {
  const found = spawnSync(PYTHON, ['-c', 'import kombu, amqp']).status === 0;
  return found ? undefined : 'python3-kombu is not installed';
}

/** A message as the Python consumer tells of it. */
export interface PythonDelivery {
  readonly raw: string;
  readonly body: unknown;
  readonly content_type: string;
  readonly content_encoding: string;
  readonly headers: Record<string, unknown>;
  readonly properties: Record<string, unknown>;
  readonly delivery_info: Record<string, unknown>;
}

export interface Names {
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey: string;
}

/** Publishes the texts, each a JSON message; rejects with what Python said when it fails. */
export async function publishFromPython(url: string, names: Names, texts: readonly string[]): Promise<void> {
  const child = start('kombu_publisher.py', [url, names.exchange, names.queue, names.routingKey]);
  child.stdin?.end(texts.map((text) => `${text}\n`).join(''));
  await outcome(child);
}

/** A Python consumer that is ready, and what it will have received when it ends by itself. */
export async function receiveInPython(
  url: string,
  names: Names,
  count: number,
): Promise<{ readonly deliveries: Promise<PythonDelivery[]>; stop(): void }> {
  const child = start('kombu_consumer.py', [url, names.exchange, names.queue, String(count)]);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line));
  const ended = outcome(child);
  await Promise.race([once(reader, 'line'), ended]);
  return {
    deliveries: ended.then(() => lines.slice(1).map((line) => JSON.parse(line))),
    stop: () => child.kill('SIGKILL'),
  };
}

const start = (script: string, words: readonly string[]): ChildProcess =>
  spawn(PYTHON, [fileURLToPath(new URL(script, import.meta.url)), ...words]);

/** Resolves when it ended well. */
async function outcome(child: ChildProcess): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (text) => {
    complaint += text;
  });
  child.stdout?.resume();
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`the Python peer ended with ${code ?? signal}: ${complaint.slice(-500)}`);
}
