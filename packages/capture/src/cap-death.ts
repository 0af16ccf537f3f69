import { readFileSync } from 'node:fs';
import { PipelineError } from '@antinex/runtime';
import { type CapEnd, describeEnd } from './cap-process.ts';

/** What cap says when it aborts because the socket of its device failed. */
const SOCKET_FAILED = /cb_packets.*Assertion/;

/** Why a capture process ended that nobody had asked to: its device went down or away, or it was killed. */
export function whyDied(device: string, end: CapEnd): PipelineError {
  if (!SOCKET_FAILED.test(end.errors)) {
    return new PipelineError('CAPTURE_PROCESS_DIED', { device, end: describeEnd(end) });
  }
  // A device that is still there went down, though it may be up again by now.
  return new PipelineError(isInterface(device) ? 'DEVICE_DOWN' : 'DEVICE_GONE', { device });
}

/** Not by /sys/class/net: in a network namespace that is often still another one's. */
function isInterface(device: string): boolean {
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n');
  return lines.some((line) => line.trimStart().startsWith(`${device}:`));
}
