import fastify from 'fastify';
import { expect, it } from 'vitest';
import { addErrors } from './errors.ts';

it.each([
  new Error('s3cret'),
  // Its code is a number.
  new DOMException('s3cret', 'DataError'),
  's3cret',
])('an error that nobody expects is told to the log only: %s', async (error) => {
  const bugs: unknown[] = [];
  const app = fastify();
  addErrors(app, (bug) => void bugs.push(bug));
  app.get('/', async () => {
    throw error;
  });
  const { statusCode, body } = await app.inject('/');
  expect([statusCode, body]).toEqual([500, '{"detail":"A server error occurred."}']);
  expect(bugs).toEqual([error]);
});
