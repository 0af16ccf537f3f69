import { defineSettings, PipelineError, type SettingValues } from '@antinex/runtime';
import type { QueueOptions, TlsOptions } from './types.ts';

/** How programs are told about their broker: the original's variables, and flags for them. */
export const BROKER_SETTINGS = defineSettings({
  broker: {
    flag: 'broker',
    env: 'FORWARD_BROKER_URL',
    type: 'string',
    placeholder: 'URL',
    help: 'redis://, rediss://, redis+cluster://, redis+sentinel://, amqp://, amqps:// or memory:; redis://localhost:6379/15 unless given',
  },
  brokerKind: {
    env: 'FORMAT_ET',
    type: 'choice',
    choices: ['redis', 'rabbitmq'],
    help: 'which broker on localhost is meant when no URL is given',
  },
  wire: {
    flag: 'wire',
    env: 'FORWARD_WIRE',
    type: 'choice',
    choices: ['batch', 'kombu'],
    default: 'batch',
    help: 'batch: up to 256 packets a message; kombu: one packet a message, for Python programs',
  },
  queue: {
    flag: 'queue',
    env: 'FORWARD_QUEUE',
    type: 'string',
    placeholder: 'NAME',
    default: 'NEW_PACKETS',
    help: 'the queue',
  },
  exchange: {
    flag: 'exchange',
    env: 'FORWARD_EXCHANGE',
    type: 'string',
    placeholder: 'NAME',
    default: 'NEW_PACKETS',
    help: "kombu's exchange",
  },
  routingKey: {
    flag: 'routing-key',
    env: 'FORWARD_ROUTING_KEY',
    type: 'string',
    placeholder: 'KEY',
    default: 'NEW_PACKETS',
    help: "kombu's routing key",
  },
  sslOptions: {
    flag: 'ssl-options',
    env: 'FORWARD_SSL_OPTIONS',
    type: 'string',
    placeholder: 'JSON',
    help: 'files for TLS: {"ca_certs": "ca.pem", "certfile": "cert.pem", "keyfile": "key.pem"}',
  },
});

/** A broker and how its queue is used, as plain data. */
export interface BrokerChoice {
  readonly url: string;
  readonly options: Pick<QueueOptions, 'queue' | 'wire' | 'exchange' | 'routingKey' | 'tls'>;
}

/**
 * What the settings say about the broker.
 *
 * @throws PipelineError CONFIG_INVALID for TLS options nobody can read.
 */
export function brokerChoice(values: SettingValues<typeof BROKER_SETTINGS>): BrokerChoice {
  const { broker, brokerKind, wire, queue, exchange, routingKey, sslOptions } = values;
  const local = brokerKind === 'rabbitmq' ? 'amqp://localhost:5672' : 'redis://localhost:6379/15';
  const tls = sslOptions === undefined ? undefined : tlsOptions(sslOptions);
  return { url: broker ?? local, options: { wire, queue, exchange, routingKey, ...(tls && { tls }) } };
}

/** Names of Python's ssl options, in ours. */
const TLS_NAMES: Readonly<Record<string, keyof TlsOptions>> = {
  ca_certs: 'caFile',
  certfile: 'certFile',
  keyfile: 'keyFile',
  server_hostname: 'servername',
};

/** Python's ways to say that the server's certificate does not matter. */
const NO_VERIFICATION: readonly unknown[] = [0, 'none', 'NONE', 'CERT_NONE', 'ssl.CERT_NONE'];

function tlsOptions(json: string): TlsOptions | undefined {
  const options = parse(json);
  const tls: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (name === 'cert_reqs') tls.insecure = NO_VERIFICATION.includes(value);
    else if (!Object.hasOwn(TLS_NAMES, name)) throw bad(`${name} is not known`);
    else if (typeof value !== 'string') throw bad(`${name} must be text`);
    else tls[TLS_NAMES[name]] = value;
  }
  return Object.keys(tls).length > 0 ? tls : undefined;
}

function parse(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw bad('must be a JSON object');
}

const bad = (problem: string) =>
  new PipelineError('CONFIG_INVALID', { problems: [`FORWARD_SSL_OPTIONS: ${problem}`] });
