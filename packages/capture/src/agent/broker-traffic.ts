import { lookup } from 'node:dns/promises';

/** The ports of brokers whose URL names none. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  redis: 6379,
  rediss: 6379,
  'redis+cluster': 6379,
  'rediss+cluster': 6379,
  'redis+sentinel': 26379,
  'rediss+sentinel': 26379,
  amqp: 5672,
  rabbitmq: 5672,
  pyamqp: 5672,
  amqps: 5671,
};

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Hosts and ports a broker's URL names; none for one inside the process. */
export function endpointsOf(url: string): Endpoint[] {
  const [, scheme = '', authority = ''] = /^([a-z+]+):\/\/([^/?#]*)/i.exec(url) ?? [];
  const port = DEFAULT_PORTS[scheme.toLowerCase()];
  if (port === undefined) return [];
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  return hosts.split(',').map((text) => {
    const [, ipv6, name, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
    return { host: ipv6 ?? (name || 'localhost'), port: digits === undefined ? port : Number(digits) };
  });
}

/**
 * A filter that leaves out the program's own traffic with its broker: without it every packet that is
 * published makes more packets to capture. Also answers what of that traffic it cannot leave out.
 */
export async function withoutBroker(
  filter: string,
  url: string,
): Promise<{ readonly filter: string; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const terms = new Set<string>();
  for (const { host, port } of endpointsOf(url)) {
    const addresses = await lookup(host, { all: true }).catch(() => []);
    if (addresses.length === 0) warnings.push(`nobody knows the address of the broker ${host}`);
    for (const { address } of addresses) terms.add(`not (host ${address} and tcp port ${port})`);
  }
  if (/^rediss?\+/i.test(url)) warnings.push('the broker may send to servers its URL does not name');
  // They come first: a `vlan` in the filter changes what is meant by all that follows.
  const all = [...terms, ...(filter === '' ? [] : [terms.size === 0 ? filter : `(${filter})`])];
  return { filter: all.join(' and '), warnings };
}
