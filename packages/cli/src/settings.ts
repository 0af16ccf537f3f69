import { DATASET_SETTINGS } from '@antinex/dataset/settings';
import { defineSettings } from '@antinex/runtime';

/** What every command that turns packets into messages can be told. */
const PACKET_SETTINGS = defineSettings({
  schema: {
    flag: 'schema',
    type: 'choice',
    choices: ['2', 'legacy'],
    default: '2',
    help: "2 has the packet's true values, legacy what the Python original makes of it",
  },
  count: { flag: 'count', type: 'integer', min: 0, placeholder: 'N', help: 'end after N packets' },
  payloadBytes: {
    flag: 'payload-bytes',
    type: 'integer',
    min: 0,
    placeholder: 'N',
    help: 'keep the first N bytes of each payload, 0 for none; all unless given; schema 2 only',
  },
  source: {
    flag: 'source',
    env: 'SOURCE_HOST',
    type: 'string',
    placeholder: 'NAME',
    default: 'localdev',
    help: 'name of the host that captured',
  },
});

/** Settings of `netpipe decode`. */
export const DECODE_SETTINGS = defineSettings({
  format: {
    flag: 'format',
    type: 'choice',
    choices: ['ndjson', 'csv'],
    default: 'ndjson',
    help: 'one JSON message a line, or dataset rows with a header',
  },
  ...PACKET_SETTINGS,
});

/** Settings of `netpipe run`. */
export const RUN_SETTINGS = defineSettings({
  read: { flag: 'read', type: 'string', placeholder: 'FILE|-', help: 'a capture, or - for standard input' },
  device: {
    flag: 'device',
    env: 'CAP_DEVICE',
    type: 'string',
    placeholder: 'DEV',
    help: 'capture live on this device (netpipe devices lists them); needs root or CAP_NET_RAW',
  },
  filter: {
    flag: 'filter',
    env: 'NETWORK_FILTER',
    type: 'string',
    placeholder: 'BPF',
    help: 'a filter as tcpdump takes it, for live captures',
  },
  bufferMb: {
    flag: 'buffer-mb',
    type: 'integer',
    min: 1,
    max: 2047,
    placeholder: 'N',
    help: "megabytes of the kernel's ring, for live captures; 32, with cap 256",
  },
  backend: {
    flag: 'backend',
    env: 'CAP_BACKEND',
    type: 'choice',
    choices: ['auto', 'libpcap', 'cap'],
    default: 'auto',
    help: 'how to capture live; auto takes libpcap if it is built',
  },
  user: {
    flag: 'user',
    env: 'CAP_USER',
    type: 'string',
    placeholder: 'NAME',
    help: 'who to become once the device is open, for live captures; the sudo user unless given',
  },
  duration: {
    flag: 'duration',
    type: 'duration',
    min: 1,
    // A timer of Node cannot run for 25 days.
    max: 24 * 86_400_000,
    help: 'end after this time, such as 30s or 5m; at most 24d',
  },
  ...DATASET_SETTINGS,
  saveAfterNum: {
    flag: 'save-after-num',
    env: 'SAVE_AFTER_NUM',
    type: 'integer',
    min: 1,
    max: 50_000,
    default: 50_000,
    placeholder: 'N',
    help: 'make rows durable every N rows, and every second in any case',
  },
  ...PACKET_SETTINGS,
});
