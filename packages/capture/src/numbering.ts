import { type Origin, type Packet, sessionOf } from '@antinex/decoder';

/** Gives a run's packets their numbers, from 1, and the run its session: by default the time of its first packet. */
export class Numbering {
  private readonly source: string;
  private known: Origin | undefined;
  number = 0;

  constructor(source: string, session?: string) {
    this.source = source;
    if (session !== undefined) this.known = { source, session };
  }

  /** Undefined until it is known. */
  get session(): string | undefined {
    return this.known?.session;
  }

  /** Counts the packet and answers where it comes from. */
  next(packet: Packet): Origin {
    this.number++;
    this.known ??= { source: this.source, session: sessionOf(packet) };
    return this.known;
  }
}
