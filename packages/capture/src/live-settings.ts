import { defineSettings } from '@antinex/runtime';

/** What programs that capture from one device can be told, beside the device. */
export const LIVE_SETTINGS = defineSettings({
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
});
