// Attack traffic as sessions of frames: scans, floods and guessed passwords. Nothing of it was ever sent.
import { arpRequest, icmpFrame, tcpFrame, udpFrame } from './frames.mjs';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;

const attacker = { mac: '02:00:00:00:00:66', ip: '192.0.2.66' };
/** The recorded captures' server; its frames come by way of the router. */
const server = { mac: '02:00:00:00:00:02', ip: '198.51.100.20' };
const there = { from: attacker, to: server };
const back = { from: server, to: attacker, ttl: 63 };

const SERVICES = [22, 23, 80, 443];
const COMMON_PORTS = [
  21, 22, 23, 25, 53, 80, 88, 110, 111, 113, 119, 135, 139, 143, 179, 389, 443, 445, 465, 514, 515, 543, 548,
  554, 587, 631, 636, 873, 990, 993, 995, 1025, 1080, 1433, 1521, 1723, 2049, 2121, 3000, 3128, 3306, 3389,
  5060, 5432, 5900, 5985, 6379, 8000, 8010, 8080, 8443, 8888, 9000, 9090, 9200, 11_211, 27_017,
];

/**
 * Sessions of attacks, each a list of frames in order.
 *
 * @param random a RandomState: the same seed gives the same frames
 */
export function attackSessions(random) {
  const make = new Attacks(random);
  const times = (count, session) => Array.from({ length: count }, (_, i) => session(i));
  return {
    'SYN scan (as nmap -sS sends it)': [make.synScan(180)],
    'connect scan': [make.connectScan(60)],
    'slow scan, one port now and then': [make.connectScan(25)],
    'SYN flood': times(3, () => make.synFlood(90)),
    'HTTP logins, one password after the other': times(34, () => make.httpLogin()),
    'SSH logins, one password after the other': times(12, () => make.sshLogin()),
    'UDP scan': [make.udpScan(50)],
    'ping and ARP sweep': [make.sweep(40)],
  };
}

class Attacks {
  #random;

  constructor(random) {
    this.#random = random;
  }

  #below(count) {
    return this.#random.interval(count - 1);
  }

  #port() {
    return 32_768 + this.#below(28_232);
  }

  #ports(count) {
    const others = this.#random.permutation(10_000).subarray(0, count);
    return [...new Set([...COMMON_PORTS, ...others.map((port) => port + 1)])].slice(0, count);
  }

  #bytes(count) {
    return Buffer.from(Array.from({ length: count }, () => this.#below(256)));
  }

  /** What Linux opens a connection with. */
  #linuxOptions(value, echo = 0) {
    return `020405b40402080a${hex(value)}${hex(echo)}01030307`;
  }

  synScan(count) {
    const sport = this.#port();
    return this.#ports(count).flatMap((dport) => {
      const seq = this.#random.uint32();
      const id = this.#below(65_536);
      const probe = { sport, dport, seq, flags: SYN, window: 1024, options: '020405b4' };
      return [
        tcpFrame({ ...there, id, ttl: 37 + this.#below(22) }, probe),
        ...this.#answer(probe, '020405b4'),
      ];
    });
  }

  /** A closed port resets; an open one answers, and the scanner resets. */
  #answer({ sport, dport, seq }, options) {
    const ack = seq + 1;
    if (!SERVICES.includes(dport))
      return [tcpFrame(back, { sport: dport, dport: sport, seq: 0, ack, flags: RST | ACK, window: 0 })];
    const theirs = this.#random.uint32();
    return [
      tcpFrame(back, {
        sport: dport,
        dport: sport,
        seq: theirs,
        ack,
        flags: SYN | ACK,
        window: 65_160,
        options,
      }),
      tcpFrame(there, { sport, dport, seq: ack, flags: RST, window: 0 }),
    ];
  }

  connectScan(count) {
    return this.#ports(count).flatMap((dport) => {
      const [sport, seq, value] = [this.#port(), this.#random.uint32(), this.#random.uint32()];
      const probe = { sport, dport, seq, flags: SYN, options: this.#linuxOptions(value) };
      const options = this.#linuxOptions(this.#random.uint32(), value);
      return [tcpFrame({ ...there, id: this.#below(65_536) }, probe), ...this.#answer(probe, options)];
    });
  }

  synFlood(count) {
    const dport = [80, 443, 8010][this.#below(3)];
    return Array.from({ length: count }, () => {
      // Some tools send bare headers, others what Linux sends.
      const options = this.#below(2) === 0 ? '' : this.#linuxOptions(this.#random.uint32());
      const way = { ...there, id: this.#below(65_536), ttl: 48 + this.#below(16) };
      return tcpFrame(way, {
        sport: 1024 + this.#below(64_512),
        dport,
        seq: this.#random.uint32(),
        flags: SYN,
        options,
      });
    });
  }

  httpLogin() {
    const password = this.#bytes(4 + this.#below(6)).toString('hex');
    const body = `username=admin&password=${password}`;
    const head =
      'POST /accounts/login/ HTTP/1.1\r\nHost: www.example\r\nContent-Type: application/x-www-form-urlencoded';
    const request = `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const answer = 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nwrong\n';
    return this.#connection(this.#below(2) === 0 ? 80 : 8010, [request, answer]);
  }

  sshLogin() {
    const hello = ['SSH-2.0-libssh2_1.10.0\r\n', 'SSH-2.0-OpenSSH_9.2p1\r\n'];
    const sizes = [1088, 1080, 48, 452, 16, 44, 44, 60, 52, 84, 60];
    return this.#connection(22, [...hello, ...sizes.map((size) => this.#bytes(size))]);
  }

  /** A whole TCP connection of a Linux client; payloads go to and fro. */
  #connection(dport, payloads) {
    const sport = this.#port();
    const ends = [
      { way: there, ports: { sport, dport }, seq: this.#random.uint32(), clock: this.#random.uint32() },
      {
        way: back,
        ports: { sport: dport, dport: sport },
        seq: this.#random.uint32(),
        clock: this.#random.uint32(),
      },
    ];
    let id = this.#below(60_000);
    const send = (from, flags, payload = '', options = undefined) => {
      const [end, other] = [ends[from], ends[1 - from]];
      end.clock += 1 + this.#below(20);
      const stamps = options ?? `0101080a${hex(end.clock)}${hex(other.clock)}`;
      const ack = flags & ACK ? other.seq : 0;
      const fields = { ...end.ports, seq: end.seq, ack, flags, window: 502, options: stamps, payload };
      end.seq = (end.seq + payload.length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
      return tcpFrame({ ...end.way, id: id++ }, fields);
    };
    const frames = [
      send(0, SYN, '', this.#linuxOptions(ends[0].clock)),
      send(1, SYN | ACK, '', this.#linuxOptions(ends[1].clock, ends[0].clock)),
      send(0, ACK),
    ];
    payloads.forEach((payload, i) => {
      frames.push(send(i % 2, PSH | ACK, payload), send(1 - (i % 2), ACK));
    });
    return [...frames, send(0, FIN | ACK), send(1, FIN | ACK), send(0, ACK)];
  }

  udpScan(count) {
    const sport = this.#port();
    return this.#ports(count).flatMap((dport) => {
      const probe = udpFrame(
        { ...there, id: this.#below(65_536) },
        { sport, dport, payload: this.#bytes(this.#below(9)) },
      );
      // The answer quotes the datagram's header and 8 bytes.
      return [
        probe,
        icmpFrame({ ...back, tos: 0xc0 }, { type: 3, code: 3, unused: 0, payload: probe.subarray(14, 42) }),
      ];
    });
  }

  sweep(count) {
    const id = this.#below(65_536);
    return Array.from({ length: count }, (_, i) => {
      const ip = `192.0.2.${1 + this.#below(254)}`;
      const echo = { type: 8, code: 0, id, seq: i, payload: this.#bytes(56) };
      return [arpRequest(attacker, ip), icmpFrame({ ...there, id: this.#below(65_536) }, echo)];
    }).flat();
  }
}

const hex = (number) => (number >>> 0).toString(16).padStart(8, '0');
