import { NumberSet } from './number-set.ts';

/** Ranges, and ids of another form, that a generation may hold whatever its number of ids. */
const MOST_RANGES = 32_768;
const MOST_DIGITS = 15;
const DASH = 0x2d;
const ZERO = 0x30;

/** Ids as `<session>` and ranges of numbers, a generation each, the oldest first. */
export type WindowState = readonly Readonly<Record<string, string>>[];

/** The numbers of one session, by what is known of them. */
interface Session {
  readonly pending: NumberSet;
  current: NumberSet;
  previous: NumberSet;
}

/**
 * Remembers the latest packet ids, to tell which ones come twice. `add` takes an id in, `commit` keeps
 * what was added since the last one, `rollback` forgets it.
 *
 * Ids are `<source>-<session>-<number>`, and the numbers of a session follow each other from 1, so a
 * session takes a few ranges. Memory is bounded by two generations: when one has `capacity` ids or
 * 32,768 ranges, it becomes the previous one, and the one before that is forgotten. So the latest
 * `capacity` ids are remembered, or, of sessions full of holes, at least the latest 32,768.
 *
 * Ids of another form are remembered too, but not in `state`.
 */
export class PacketWindow {
  readonly #capacity: number;
  readonly #mostRanges: number;
  readonly #sessions = new Map<string, Session>();
  /** Sessions with pending numbers. */
  readonly #touched = new Map<string, Session>();
  readonly #pendingOthers = new Set<string>();
  #currentOthers = new Set<string>();
  #previousOthers = new Set<string>();
  /** Of the current generation. */
  #ids = 0;
  #ranges = 0;
  /** What the last id was about: ids come in runs of one session. */
  #name = '';
  #session: Session | undefined;

  constructor(capacity: number, mostRanges = MOST_RANGES) {
    this.#capacity = capacity;
    this.#mostRanges = mostRanges;
  }

  has(id: string): boolean {
    const number = this.#read(id);
    if (number === 0) return this.#hasOther(id);
    const session = this.#session;
    return session !== undefined && (isKept(session, number) || session.pending.has(number));
  }

  /** Whether any of these numbers of a session is remembered, as committed. */
  hasAny(session: string, numbers: NumberSet): boolean {
    const known = this.#sessions.get(session);
    return known !== undefined && (known.current.hasAny(numbers) || known.previous.hasAny(numbers));
  }

  /** False when the id is remembered already. */
  add(id: string): boolean {
    const number = this.#read(id);
    if (number === 0) return !this.#hasOther(id) && this.#pendingOthers.add(id) !== undefined;
    return this.#addNumber(number);
  }

  /** The same for an id that was taken apart already, `<session>-<number>`. */
  addNumber(session: string, number: number): boolean {
    if (session !== this.#name) this.#enter(session);
    return this.#addNumber(number);
  }

  #addNumber(number: number): boolean {
    const session = this.#session ?? this.#newSession();
    if (isKept(session, number) || !session.pending.add(number)) return false;
    if (session.pending.size === 1) this.#touched.set(this.#name, session);
    return true;
  }

  /** What was added since the last commit, by session. */
  get pending(): readonly (readonly [session: string, numbers: NumberSet])[] {
    return Array.from(this.#touched, ([name, { pending }]) => [name, pending] as const);
  }

  commit(): void {
    for (const { pending, current } of this.#touched.values()) {
      const [ids, ranges] = [current.size, current.ranges];
      current.addAll(pending);
      pending.clear();
      this.#ids += current.size - ids;
      this.#ranges += current.ranges - ranges;
    }
    for (const id of this.#pendingOthers) this.#currentOthers.add(id);
    this.#touched.clear();
    this.#pendingOthers.clear();
    const { size } = this.#currentOthers;
    if (this.#ids + size >= this.#capacity || this.#ranges + size >= this.#mostRanges) this.#turn();
  }

  rollback(): void {
    for (const { pending } of this.#touched.values()) pending.clear();
    this.#touched.clear();
    this.#pendingOthers.clear();
  }

  /** All that is remembered, as if it were committed. */
  state(): WindowState {
    const of = (which: keyof Session) => {
      const sessions = [...(which === 'pending' ? this.#touched : this.#sessions)];
      return Object.fromEntries(
        sessions.filter(([, session]) => session[which].size > 0).map(([name, s]) => [name, `${s[which]}`]),
      );
    };
    return [of('previous'), of('current'), of('pending')].filter((part) => Object.keys(part).length > 0);
  }

  /** Takes in what `state` told, besides what is remembered; what is none of that is left out. */
  restore(state: WindowState): void {
    for (const part of state) {
      for (const [name, text] of Object.entries(part)) {
        const numbers = NumberSet.parse(text);
        if (numbers === undefined) continue;
        this.#enter(name);
        const { pending } = this.#session ?? this.#newSession();
        pending.addAll(numbers);
        this.#touched.set(name, this.#session!);
      }
      this.commit();
    }
  }

  #turn(): void {
    for (const [name, session] of this.#sessions) {
      session.previous = session.current;
      session.current = new NumberSet();
      if (session.previous.size === 0) this.#sessions.delete(name);
    }
    this.#previousOthers = this.#currentOthers;
    this.#currentOthers = new Set();
    this.#ids = 0;
    this.#ranges = 0;
    this.#session = this.#sessions.get(this.#name);
  }

  #hasOther(id: string): boolean {
    return this.#currentOthers.has(id) || this.#previousOthers.has(id) || this.#pendingOthers.has(id);
  }

  #newSession(): Session {
    const session = { pending: new NumberSet(), current: new NumberSet(), previous: new NumberSet() };
    this.#sessions.set(this.#name, session);
    this.#session = session;
    return session;
  }

  #enter(name: string): void {
    this.#name = name;
    this.#session = this.#sessions.get(name);
  }

  /** The id's number, with its session in `#name` and `#session`; 0 for an id of another form. */
  #read(id: string): number {
    const { length } = this.#name;
    if (length > 0 && id.charCodeAt(length) === DASH && id.startsWith(this.#name)) {
      const number = numberFrom(id, length + 1);
      if (number > 0) return number;
    }
    const dash = id.lastIndexOf('-');
    const number = dash < 1 ? 0 : numberFrom(id, dash + 1);
    if (number === 0) return 0;
    this.#enter(id.slice(0, dash));
    return number;
  }
}

const isKept = ({ current, previous }: Session, number: number): boolean =>
  current.has(number) || previous.has(number);

/** The number that the rest of a text is, in the one way to write it; 0 when it is none. */
function numberFrom(text: string, start: number): number {
  const digits = text.length - start;
  if (digits < 1 || digits > MOST_DIGITS || text.charCodeAt(start) === ZERO) return 0;
  let number = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}
