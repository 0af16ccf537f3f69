import type { FastifyInstance } from 'fastify';
import { detail } from './refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Probes ask by address. */
    anyHost?: true;
  }
}

/**
 * Answers only those who call the server by one of its names: a web page whose name was made to lead
 * here (DNS rebinding) does not. `.example.com` stands for all below it, `*` for any name.
 */
export function addHostCheck(app: FastifyInstance, allowed: readonly string[] | undefined): void {
  if (allowed === undefined || allowed.includes('*')) return;
  const names = allowed.map((name) => name.toLowerCase());
  app.addHook('onRequest', async ({ headers: { host }, routeOptions }) => {
    if (routeOptions.config.anyHost || host === undefined) return;
    if (!isAllowed(nameOf(host), names)) throw detail(400, 'Invalid Host header.');
  });
}

const nameOf = (host: string): string => host.toLowerCase().replace(/:\d*$/, '');

const isAllowed = (host: string, names: readonly string[]): boolean =>
  names.some(
    (name) => host === name || (name.startsWith('.') && (host.endsWith(name) || host === name.slice(1))),
  );
