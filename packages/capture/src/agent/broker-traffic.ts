import { lookup } from 'node:dns/promises';
import { type BrokerChoice, brokerHosts } from '@antinex/broker';

/**
 * A filter that leaves out the program's own traffic with its broker: without it every packet that is
 * published makes more packets to capture. Also answers what of that traffic it cannot leave out.
 *
 * @throws PipelineError as brokerHosts().
 */
export async function withoutBroker(
  filter: string,
  { url, options: { tls } }: BrokerChoice,
): Promise<{ readonly filter: string; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const terms = new Set<string>();
  for (const { host, port } of brokerHosts(url, tls)) {
    const addresses = await lookup(host, { all: true }).catch(() => []);
    if (addresses.length === 0) warnings.push(`nobody knows the address of the broker ${host}`);
    for (const { address } of addresses) terms.add(`not (host ${address} and tcp port ${port})`);
  }
  if (/^rediss?\+/i.test(url)) warnings.push('the broker may send to servers its URL does not name');
  // They come first: a `vlan` in the filter changes what is meant by all that follows.
  const all = [...terms, ...(filter === '' ? [] : [terms.size === 0 ? filter : `(${filter})`])];
  return { filter: all.join(' and '), warnings };
}
