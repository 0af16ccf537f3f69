import type { LayerName } from './names.ts';

/** A layer that kamene reads where these ports are: `raw` is absent from the original's dict there. */
interface Binding {
  layer: LayerName;
  sport?: number;
  dport?: number;
}

const either = (layer: LayerName, port: number): Binding[] => [
  { layer, dport: port },
  { layer, sport: port },
];
const both = (layer: LayerName, port: number): Binding => ({ layer, sport: port, dport: port });

/** In kamene's order: the first one that fits counts. Multicast DNS (5353) is not among them. */
const UDP_BINDINGS: readonly Binding[] = [
  { layer: 'bootp', sport: 68, dport: 67 },
  { layer: 'bootp', sport: 67, dport: 68 },
  both('bootp', 67),
  ...either('dns', 53),
  both('hsrp', 1985),
  both('isakmp', 500),
  both('l2tp', 1701),
  ...either('mgcp', 2727),
  ...either('mobileIp', 434),
  { layer: 'nbnsRequest', dport: 137 },
  { layer: 'nbnsResponse', sport: 137 },
  { layer: 'nbtDatagram', dport: 138 },
  both('ntp', 123),
  ...either('rip', 520),
  ...either('sebek', 1101),
  ...either('snmp', 161),
  ...either('snmp', 162),
  { layer: 'tftp', dport: 69 },
  { layer: 'dhcp6', dport: 547 },
  { layer: 'dhcp6', dport: 546 },
  ...either('llmnr', 5355),
  ...either('esp', 4500),
];

const TCP_BINDINGS: readonly Binding[] = [
  ...either('dnsTcp', 53),
  { layer: 'nbtSession', dport: 139 },
  ...either('skinny', 2000),
];

/** A lookup that rejects most packets with two array reads. */
function lookup(bindings: readonly Binding[]): (sport: number, dport: number) => LayerName | undefined {
  const bound = new Uint8Array(0x10000);
  for (const { sport, dport } of bindings) bound[dport ?? (sport as number)] = 1;
  return (sport, dport) => {
    if (bound[sport] === 0 && bound[dport] === 0) return undefined;
    return bindings.find(
      (binding) =>
        (binding.sport === undefined || binding.sport === sport) &&
        (binding.dport === undefined || binding.dport === dport),
    )?.layer;
  };
}

/** The layer of a UDP payload between these ports; undefined: raw. */
export const udpNext = lookup(UDP_BINDINGS);

/** The layer of a TCP payload between these ports; undefined: raw. */
export const tcpNext = lookup(TCP_BINDINGS);
