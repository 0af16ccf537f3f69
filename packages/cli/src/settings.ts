import { LIVE_SETTINGS } from '@antinex/capture/settings';
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
  ...LIVE_SETTINGS,
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
