import type { MetricsPage, Readiness } from '@antinex/runtime';
import type { FastifyInstance } from 'fastify';

export interface Status {
  readonly metrics: MetricsPage;
  readonly ready: () => Readiness;
}

const HIDDEN = { schema: { hide: true }, config: { anyHost: true } } as const;

/** How the server does, for those who watch over it. Nothing in it is secret; there is no password. */
export function addStatus(app: FastifyInstance, { metrics, ready }: Status): void {
  app.get('/healthz', HIDDEN, (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get('/readyz', HIDDEN, (_request, reply) => {
    const readiness = ready();
    const { ready: isReady, reason = 'not ready' } =
      typeof readiness === 'boolean' ? { ready: readiness } : readiness;
    return reply
      .code(isReady ? 200 : 503)
      .type('text/plain')
      .send(isReady ? 'ready\n' : `${reason}\n`);
  });
  app.get('/metrics', HIDDEN, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}
