import { LOG_SETTINGS } from './logger.ts';
import { defineSettings } from './settings.ts';

/** The settings of programs that run until they are told to end. */
export const DAEMON_SETTINGS = defineSettings({
  http: {
    flag: 'http',
    env: 'HTTP_LISTEN',
    type: 'string',
    placeholder: 'HOST:PORT',
    help: 'serve /metrics, /status, /healthz and /readyz here',
  },
  debugPackets: {
    flag: 'debug-packets',
    env: 'DEBUG_PACKETS',
    type: 'boolean',
    help: 'print each message on standard output',
  },
  ...LOG_SETTINGS,
});
