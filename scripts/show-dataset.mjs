// Shows what is in a dataset of schema 2: its size, its packets by protocol, and a few of its rows.
// usage: node show-dataset.mjs FILE.csv      exits 1 if there are no rows
import { readFileSync, statSync } from 'node:fs';
import Papa from 'papaparse';

const SHOWN_ROWS = 14;
const LONGEST_CELL = 46;

const DNS_TYPES = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
};
const ICMP_TYPES = {
  0: 'echo reply',
  3: 'unreachable',
  5: 'redirect',
  8: 'echo request',
  11: 'time exceeded',
};
const ICMPV6_TYPES = {
  1: 'unreachable',
  128: 'echo request',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  143: 'multicast report',
};

/** What a packet is about: a column that must not be empty, and the words. */
const INFO = {
  dns: ['dns_id', dnsInfo],
  icmp: ['icmp_type', (row) => named(ICMP_TYPES, row.icmp_type) + sequence(row.icmp_seq)],
  icmpv6: ['icmpv6_type', (row) => named(ICMPV6_TYPES, row.icmpv6_type) + sequence(row.icmpv6_seq)],
  arp: ['arp_op', (row) => (row.arp_op === '1' ? `who has ${row.arp_pdst}?` : `it is at ${row.arp_hwsrc}`)],
  tcp: ['tcp_sport', (row) => `${row.tcp_sport} > ${row.tcp_dport} ${row.tcp_flagsText}${payload(row)}`],
  udp: ['udp_sport', (row) => `${row.udp_sport} > ${row.udp_dport}${payload(row)}`],
};

function dnsInfo(row) {
  const [question] = JSON.parse(row.dns_qd || '[]');
  const asked = question ? `${DNS_TYPES[question.qtype] ?? question.qtype} ${question.qname}` : '';
  if (row.dns_qr !== '1') return `query ${asked}`;
  return row.dns_rcode === '3' ? `no such name ${asked}` : `answer ${asked}, ${row.dns_ancount} records`;
}

const named = (names, type) => names[type] ?? `type ${type}`;
const sequence = (number) => (number ? ` ${number}` : '');
const payload = (row) => (Number(row.frame_payloadLength) > 0 ? `, ${row.frame_payloadLength} bytes` : '');

/** Names of the layers, without those of a packet that an ICMP error quotes. */
function protocolsOf(row) {
  const protocols = row.frame_protocols.split(':');
  const icmp = protocols.findIndex((name) => name === 'icmp' || name === 'icmpv6');
  return icmp < 0 ? protocols : protocols.slice(0, icmp + 1);
}

function describe(row) {
  const protocols = protocolsOf(row);
  const telling = protocols.findLast((name) => name in INFO && row[INFO[name][0]]);
  return {
    time: row.frame_time.slice(11, 26),
    source: row.ip_src || row.ipv6_src || row.arp_psrc || row.eth_src,
    destination: row.ip_dst || row.ipv6_dst || row.arp_pdst || row.eth_dst,
    protocols: protocols.join(' '),
    info: telling ? INFO[telling][1](row) : '',
  };
}

const kindOf = (row) => `${row.frame_protocols} ${Number(row.frame_payloadLength) > 0}`;

/** Some of each kind, the first ones, in the order they came. */
function choose(rows) {
  const seen = new Map();
  const placed = rows.map((row, place) => {
    const nth = seen.get(kindOf(row)) ?? 0;
    seen.set(kindOf(row), nth + 1);
    return { row, place, nth };
  });
  return placed
    .sort((a, b) => a.nth - b.nth || a.place - b.place)
    .slice(0, SHOWN_ROWS)
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row);
}

function table(rows) {
  const names = Object.keys(rows[0]);
  const cut = (text) => (text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 3)}...` : text);
  const lines = [names, ...rows.map((row) => names.map((name) => cut(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) =>
    `  ${line.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
}

function countBy(rows, keyOf) {
  const counts = new Map();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

const path = process.argv[2];
let rows = [];
let columns = 0;
try {
  const { data, meta } = Papa.parse(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true });
  rows = data;
  columns = meta.fields.length;
} catch (error) {
  console.error(`there is no dataset: ${error.message}`);
}
if (rows.length === 0) {
  console.error(`${path} has no rows`);
  process.exit(1);
}

const by = countBy(rows, (row) => protocolsOf(row).at(-1) || 'unknown');
console.log(`
Dataset:  ${path} (${(statSync(path).size / 1e6).toFixed(1)} MB)
Rows:     ${rows.length}, a packet each
Columns:  ${columns}

Packets by protocol:
${table(by.map(([protocol, packets]) => ({ protocol, packets: String(packets) })))
  .slice(1)
  .join('\n')}

Some rows, in a few of the columns:
${table(choose(rows).map(describe)).join('\n')}
`);
