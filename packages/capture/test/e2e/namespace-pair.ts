import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** One end of a NamespacePair: a network namespace with its side of the cable. */
export interface Host {
  readonly namespace: string;
  readonly device: string;
  readonly address: string;
  readonly address6: string;
  readonly mac: string;
}

export interface PairOptions {
  /** Give both ends an IPv6 address, too. They do not answer to ARP then. */
  readonly ipv6?: boolean;
  /** Leave it to ARP to find the other end, instead of fixed neighbour entries. */
  readonly arp?: boolean;
}

const PREFIX_LENGTH = 24;
const PREFIX_LENGTH6 = 64;
/** What makes IPv6 silent: no addresses of its own, no questions for routers, no tests for duplicates. */
const QUIET6 = ['accept_ra=0', 'router_solicitations=0', 'accept_dad=0', 'addr_gen_mode=1'];

/**
 * Two network namespaces joined by a virtual cable, with fixed neighbour entries and without IPv6 unless
 * asked for: nothing is on the cable that nobody sent.
 */
export class NamespacePair {
  readonly left: Host;
  readonly right: Host;
  private readonly options: PairOptions;

  constructor(options: PairOptions = {}) {
    this.options = options;
    const id = randomBytes(3).toString('hex');
    this.left = host(`np-${id}-l`, `l${id}`, 1);
    this.right = host(`np-${id}-r`, `r${id}`, 2);
    try {
      this.create();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  remove(): void {
    for (const { namespace } of [this.left, this.right]) {
      try {
        run('ip', 'netns', 'del', namespace);
      } catch {
        // It was not made.
      }
    }
  }

  private create(): void {
    const { left, right } = this;
    const { ipv6 = false, arp = false } = this.options;
    for (const { namespace } of [left, right]) {
      run('ip', 'netns', 'add', namespace);
      const settings = ipv6 ? QUIET6 : ['disable_ipv6=1'];
      const places = settings.flatMap((it) => [`net.ipv6.conf.all.${it}`, `net.ipv6.conf.default.${it}`]);
      inside(namespace, 'sysctl', '-qw', ...places);
    }
    const cable = `${left.device} address ${left.mac} type veth`;
    const farEnd = `peer name ${right.device} address ${right.mac} netns ${right.namespace}`;
    run('ip', '-n', left.namespace, 'link', 'add', ...cable.split(' '), ...farEnd.split(' '));
    for (const here of [left, right]) {
      const there = here === left ? right : left;
      const ip = (...args: string[]) => run('ip', '-n', here.namespace, ...args);
      ip('address', 'add', `${here.address}/${PREFIX_LENGTH}`, 'dev', here.device);
      ip('link', 'set', 'lo', 'up');
      // Who does not look for neighbours does not tell the others, either, which groups it is in.
      ip('link', 'set', here.device, ...(ipv6 ? ['arp', 'off'] : []), 'up');
      if (ipv6) ip('address', 'add', `${here.address6}/${PREFIX_LENGTH6}`, 'dev', here.device, 'nodad');
      const known = [...(arp ? [] : [there.address]), ...(ipv6 ? [there.address6] : [])];
      for (const address of known) {
        ip('neigh', 'replace', address, 'lladdr', there.mac, 'nud', 'permanent', 'dev', here.device);
      }
    }
  }
}

/** Why a NamespacePair cannot be made here, or null. */
export function whyNoNamespaces(tools: readonly string[]): string | null {
  for (const tool of ['ip', 'sysctl', ...tools]) {
    try {
      run('which', tool);
    } catch {
      return `needs ${tool}`;
    }
  }
  try {
    new NamespacePair().remove();
    return null;
  } catch {
    return 'needs CAP_NET_ADMIN and CAP_SYS_ADMIN';
  }
}

/** Runs a program in a namespace and returns what it prints. Throws when it fails. */
export const inside = (namespace: string, ...command: string[]): string =>
  run('ip', 'netns', 'exec', namespace, ...command);

const host = (namespace: string, device: string, number: number): Host => ({
  namespace,
  device,
  address: `192.0.2.${number}`,
  address6: `2001:db8::${number}`,
  mac: `02:00:00:00:00:0${number}`,
});

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
}
