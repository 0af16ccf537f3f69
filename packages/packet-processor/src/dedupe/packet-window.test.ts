import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketWindow } from './packet-window.ts';

/** Two generations of ids, as plain as can be. */
class Model {
  private readonly capacity: number;
  private previous = new Set<string>();
  private current = new Set<string>();
  private pending = new Set<string>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  has(id: string): boolean {
    return this.previous.has(id) || this.current.has(id) || this.pending.has(id);
  }

  add(id: string): boolean {
    return !this.has(id) && this.pending.add(id) !== undefined;
  }

  commit(): void {
    for (const id of this.pending) this.current.add(id);
    this.pending = new Set();
    if (this.current.size < this.capacity) return;
    this.previous = this.current;
    this.current = new Set();
  }

  rollback(): void {
    this.pending = new Set();
  }
}

const SESSIONS = ['host-a-1k.2', 'host-a-1k.3', 'b-x', '7', 'host'];
const id = fc.oneof(
  fc.tuple(fc.constantFrom(...SESSIONS), fc.integer({ min: 1, max: 30 })).map(([s, n]) => `${s}-${n}`),
  fc.constantFrom('x', 'host-', '-1', 'host-a-1k.2-01', 'host-a-1k.2-0', 'uuid-4f', '', 'b-x-1e3', '-'),
);
const step = fc.oneof(
  { weight: 20, arbitrary: id },
  { weight: 2, arbitrary: fc.constant('commit' as const) },
  { weight: 1, arbitrary: fc.constant('rollback' as const) },
);

/** Adds an id that was taken apart, where it can be. */
function addApart(window: PacketWindow, text: string): boolean {
  const [, session, number] = /^(.+)-([1-9]\d*)$/.exec(text) ?? [];
  return session === undefined ? window.add(text) : window.addNumber(session, Number(number));
}

describe('PacketWindow', () => {
  it('tells what comes twice as a set of ids does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (steps, capacity) => {
        const window = new PacketWindow(capacity);
        const model = new Model(capacity);
        for (const [i, one] of steps.entries()) {
          if (one === 'commit' || one === 'rollback') {
            window[one]();
            model[one]();
            continue;
          }
          expect(window.has(one)).toBe(model.has(one));
          expect(i % 2 === 0 ? window.add(one) : addApart(window, one)).toBe(model.add(one));
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('remembers in another process what its state tells', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const window = new PacketWindow(1000);
        const ids = steps.filter((one) => one !== 'commit' && one !== 'rollback');
        for (const one of steps) {
          if (one === 'commit' || one === 'rollback') window[one]();
          else window.add(one);
        }
        const other = new PacketWindow(1000);
        other.restore(JSON.parse(JSON.stringify(window.state())));
        for (const one of ids.filter((text) => /^(host-a|b-x|7|host)\b.*-[1-9]\d*$/.test(text))) {
          expect(other.has(one)).toBe(window.has(one));
        }
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('has a state as short as the numbers are complete', () => {
    const window = new PacketWindow(1_000_000);
    for (let n = 1; n <= 50_000; n++) window.add(`localdev-k3.x-${n}`);
    expect(window.state()).toEqual([{ 'localdev-k3.x': '1-50000' }]);
    window.commit();
    window.add('localdev-k3.x-50002');
    expect(window.state()).toEqual([{ 'localdev-k3.x': '1-50000' }, { 'localdev-k3.x': '50002' }]);
  });

  it('forgets the older half first, and sessions with it', () => {
    const window = new PacketWindow(100);
    for (let n = 1; n <= 200; n++) {
      window.add(`s-${n % 2}-${n}`);
      window.commit();
    }
    expect(window.has('s-0-100')).toBe(false);
    expect(window.has('s-1-101')).toBe(true);
    for (let n = 1; n <= 200; n++) {
      window.add(`t-u-${n}`);
      window.commit();
    }
    expect(Object.keys(Object.assign({}, ...window.state()))).toEqual(['t-u']);
  });

  it('bounds memory when no two numbers follow each other', () => {
    const window = new PacketWindow(1_000_000, 500);
    for (let n = 1; n <= 2000; n++) {
      window.add(`s-x-${n * 2}`);
      if (n % 10 === 0) window.commit();
    }
    const ranges = window.state().flatMap((part) => Object.values(part).flatMap((text) => text.split(' ')));
    expect(ranges.length).toBeLessThanOrEqual(1000);
    expect(window.has('s-x-4000')).toBe(true);
    expect(window.has('s-x-2')).toBe(false);
  });

  it('goes on with the state of several, and leaves out what is none', () => {
    const window = new PacketWindow(1000);
    window.restore([{ 'a-x': '1-10' }, { 'a-x': '12' }]);
    window.restore([{ 'a-x': '11', 'b-y': '3' }]);
    window.restore([{ 'a-x': 'lots', 'c-z': '' }]);
    expect(window.state()).toEqual([{ 'a-x': '1-12', 'b-y': '3' }]);
    expect(window.add('a-x-11')).toBe(false);
    expect(window.add('a-x-13')).toBe(true);
  });
});
