import { PipelineError } from '@antinex/runtime';
import { isTlsFailure } from '../tls-connection.ts';
import type { Address } from './address.ts';

/** What the library says when the broker answers our request for the virtual host by hanging up. */
const HUNG_UP_ON_VHOST = 'got <ConnectionClose';
const QUOTED_BY_BROKER = /with message "(.*)"$/s;
const REPLY_CODE = /\b(\d{3}) \([A-Z-]+\)/;
/** Invalid path, access refused, not found, locked, precondition failed, not allowed, not implemented. */
const LASTING = ['402', '403', '404', '405', '406', '530', '540'];

/** Why there is no connection that can be used: BROKER_REFUSED if trying again will not help, BROKER_UNREACHABLE if it may. */
export function toBrokerError(error: unknown, { name: url, connect }: Address): PipelineError {
  if (error instanceof PipelineError) return error;
  const text = textOf(error);
  if (text.includes(HUNG_UP_ON_VHOST)) {
    const host = decodeURIComponent(connect.vhost ?? '');
    const reason = `there is no virtual host "${host}" that user "${connect.username}" may enter`;
    return new PipelineError('BROKER_REFUSED', { url, reason }, { cause: error });
  }
  const isLasting =
    LASTING.includes(REPLY_CODE.exec(text)?.[1] ?? '') ||
    text.startsWith('SASL mechanism') ||
    isTlsFailure((error as { code?: unknown } | undefined)?.code);
  const code = isLasting ? 'BROKER_REFUSED' : 'BROKER_UNREACHABLE';
  return new PipelineError(code, { url, reason: reasonOf(error) }, { cause: error });
}

/** The broker's words where it said some, else the library's or the system's. */
export function reasonOf(error: unknown): string {
  const text = textOf(error);
  return QUOTED_BY_BROKER.exec(text)?.[1] ?? text;
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return textOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
