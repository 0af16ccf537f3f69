/** Where a message's JSON has what is told of it besides its row. */
export class MessageHead {
  idFrom = 0;
  idTo = 0;
  /** The host that captured. */
  sourceFrom = 0;
  sourceTo = 0;
  /** When the packet was captured, in the form of `isTimeAt`. */
  timeFrom = 0;
}
