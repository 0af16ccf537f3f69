import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** One end of a NamespacePair: a network namespace with its side of the cable. */
export interface Host {
  readonly namespace: string;
  readonly device: string;
  readonly address: string;
  readonly mac: string;
}

const PREFIX_LENGTH = 24;

/** Two network namespaces joined by a virtual cable, with fixed neighbour entries: no stray ARP. */
export class NamespacePair {
  readonly left: Host;
  readonly right: Host;

  constructor() {
    const id = randomBytes(3).toString('hex');
    this.left = host(`np-${id}-l`, `l${id}`, '192.0.2.1', '02:00:00:00:00:01');
    this.right = host(`np-${id}-r`, `r${id}`, '192.0.2.2', '02:00:00:00:00:02');
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
    for (const { namespace } of [left, right]) {
      run('ip', 'netns', 'add', namespace);
      inside(namespace, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
    }
    const cable = `${left.device} address ${left.mac} type veth`;
    const farEnd = `peer name ${right.device} address ${right.mac} netns ${right.namespace}`;
    run('ip', '-n', left.namespace, 'link', 'add', ...cable.split(' '), ...farEnd.split(' '));
    for (const here of [left, right]) {
      const there = here === left ? right : left;
      const ip = (...args: string[]) => run('ip', '-n', here.namespace, ...args);
      ip('address', 'add', `${here.address}/${PREFIX_LENGTH}`, 'dev', here.device);
      ip('link', 'set', 'lo', 'up');
      ip('link', 'set', here.device, 'up');
      ip('neigh', 'replace', there.address, 'lladdr', there.mac, 'nud', 'permanent', 'dev', here.device);
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

const host = (namespace: string, device: string, address: string, mac: string): Host => ({
  namespace,
  device,
  address,
  mac,
});

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
