import type { FastifyInstance } from 'fastify';

/** How many requests were answered with which status. */
export class AnswerCounts {
  readonly #counts = new Map<number, number>();

  constructor(app: FastifyInstance) {
    app.addHook('onResponse', async (_request, { statusCode }) => {
      this.#counts.set(statusCode, (this.#counts.get(statusCode) ?? 0) + 1);
    });
  }

  byStatus(): [status: string, answers: number][] {
    return [...this.#counts].map(([status, answers]) => [String(status), answers]);
  }
}
