import { BROKER_SETTINGS } from '@antinex/broker';
import { DAEMON_SETTINGS, defineSettings } from '@antinex/runtime';
import { MAX_RING_MB } from '../cap-source.ts';
import { LIVE_SETTINGS } from '../live-settings.ts';
import type { AgentSpec } from './spec.ts';

/** A timer of Node cannot run for 25 days. */
const LONGEST_MS = 24 * 86_400_000;

/** Everything an agent can be told; names of variables are the original's where it has them. */
export const agentSettings = ({ filter }: Pick<AgentSpec, 'filter'>) =>
  defineSettings({
    device: {
      flag: 'device',
      env: 'CAP_DEVICE',
      type: 'string',
      placeholder: 'DEV[,DEV]',
      help: 'devices to capture on; the first with an address unless given (--list-devices)',
    },
    read: {
      flag: 'read',
      type: 'string',
      placeholder: 'FILE|-',
      help: 'read a capture instead; - is standard input',
    },
    filter: {
      flag: 'filter',
      env: 'NETWORK_FILTER',
      type: 'string',
      placeholder: 'BPF',
      default: filter,
      help: 'a filter as tcpdump takes it',
    },
    source: {
      flag: 'source',
      env: 'SOURCE_HOST',
      type: 'string',
      placeholder: 'NAME',
      default: 'localdev',
      help: 'name of this host in the messages',
    },
    ...BROKER_SETTINGS,
    whenFull: {
      flag: 'when-full',
      env: 'WHEN_FULL',
      type: 'choice',
      choices: ['block', 'drop-newest', 'spool'],
      default: 'block',
      help: "while the broker is too slow or away: wait (the kernel's ring fills, then drops), drop new packets, or keep them on disk (and wait when the spool is full)",
    },
    queuePackets: {
      flag: 'queue-packets',
      type: 'integer',
      min: 256,
      max: 4_194_304,
      default: 65_536,
      help: 'packets that may wait for the broker in memory',
    },
    spoolDir: {
      flag: 'spool-dir',
      env: 'SPOOL_DIR',
      type: 'string',
      placeholder: 'DIR',
      default: './spool',
      help: 'folder of --when-full spool',
    },
    spoolSize: {
      flag: 'spool-size',
      env: 'SPOOL_SIZE',
      type: 'size',
      min: 1_048_576,
      default: 2 ** 30,
      help: 'bytes the spool may take',
    },
    schema: {
      flag: 'schema',
      type: 'choice',
      choices: ['2', 'legacy'],
      help: "2 has the packet's true values, legacy what the Python original makes of it; 2, with --wire kombu legacy",
    },
    payloadBytes: {
      flag: 'payload-bytes',
      type: 'integer',
      min: 0,
      help: 'keep the first N bytes of each payload, 0 for none; all unless given; schema 2 only',
    },
    snaplen: {
      flag: 'snaplen',
      type: 'integer',
      min: 64,
      max: 262_144,
      default: 262_144,
      help: 'bytes to capture of each packet',
    },
    bufferMb: {
      flag: 'buffer-mb',
      type: 'integer',
      min: 1,
      max: MAX_RING_MB,
      help: "megabytes of the kernel's ring; 32, with cap 256",
    },
    noPromiscuous: {
      flag: 'no-promiscuous',
      type: 'boolean',
      help: 'leave frames for other hosts alone',
    },
    sample: {
      flag: 'sample',
      env: 'SAMPLE',
      type: 'string',
      placeholder: '1/N',
      help: 'keep one flow in N, both directions of it',
    },
    count: { flag: 'count', type: 'integer', min: 1, help: 'end after N packets' },
    duration: {
      flag: 'duration',
      type: 'duration',
      min: 1,
      max: LONGEST_MS,
      help: 'end after this time, such as 30s or 5m',
    },
    write: {
      flag: 'write',
      type: 'string',
      placeholder: 'FILE',
      help: 'also write the packets to a capture, pcap or pcapng by its ending',
    },
    rotateSize: {
      flag: 'rotate-size',
      type: 'size',
      min: 1024,
      help: 'begin a new capture file after this size',
    },
    rotateTime: {
      flag: 'rotate-time',
      type: 'duration',
      min: 1000,
      max: LONGEST_MS,
      help: 'begin a new capture file after this time',
    },
    rotateCount: {
      flag: 'rotate-count',
      type: 'integer',
      min: 1,
      help: 'begin a new capture file after N packets',
    },
    rotateFiles: { flag: 'rotate-files', type: 'integer', min: 1, help: 'keep the N newest capture files' },
    backend: LIVE_SETTINGS.backend,
    workers: {
      flag: 'workers',
      env: 'CAP_WORKERS',
      type: 'integer',
      min: 1,
      max: 64,
      default: 1,
      help: 'threads that capture and decode; packets of a flow stay in one; libpcap only',
    },
    user: {
      ...LIVE_SETTINGS.user,
      help: 'who to become once the devices are open; the sudo user or nobody unless given',
    },
    json: {
      flag: 'json',
      type: 'boolean',
      help: 'print the summary at the end as JSON on standard output',
    },
    ...DAEMON_SETTINGS,
  });

export type AgentSettings = ReturnType<typeof agentSettings>;
