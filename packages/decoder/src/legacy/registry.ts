import { APPLICATIONS } from './applications.ts';
import { arp } from './arp.ts';
import { dns, dnsTcp, llmnr } from './dns.ts';
import { ether } from './ether.ts';
import { icmp, icmpError } from './icmp.ts';
import { ICMPV6_LAYERS } from './icmpv6.ts';
import { ip, ipError } from './ip.ts';
import { ipError6, ipv6 } from './ipv6.ts';
import { IPV6_EXTENSIONS } from './ipv6-extensions.ts';
import { ISAKMP_LAYERS } from './isakmp.ts';
import { LINK_LAYERS } from './link.ts';
import { tcp, tcpError } from './tcp.ts';
import { TRANSPORTS } from './transports.ts';
import { udp, udpError } from './udp.ts';
import type { Dissectors } from './walk.ts';

/** Every layer of the walk. */
export const DISSECTORS: Dissectors = {
  ...LINK_LAYERS,
  ...IPV6_EXTENSIONS,
  ...ICMPV6_LAYERS,
  ...TRANSPORTS,
  ...APPLICATIONS,
  ...ISAKMP_LAYERS,
  ether,
  arp,
  ip,
  ipError,
  ipv6,
  ipError6,
  icmp,
  icmpError,
  tcp,
  tcpError,
  udp,
  udpError,
  dns,
  dnsTcp,
  llmnr,
};
