import { afterAll, afterEach, beforeAll } from 'vitest';
import { killLeftOvers } from './captured.ts';
import { NamespacePair } from './namespace-pair.ts';

/** Two namespaces for the tests of a describe() that capture in processes of their own; handed over before the first. */
export function withPair(take: (pair: NamespacePair) => void): void {
  let pair: NamespacePair | undefined;
  beforeAll(() => {
    pair = new NamespacePair();
    take(pair);
  });
  // A device must not go away under a capture that a failed test left behind.
  afterEach(killLeftOvers);
  afterAll(() => pair?.remove());
}
