import type { DroppedPrivileges, ErrorCode } from '@antinex/runtime';
import type { FrameCounts } from './frame-queue.ts';

/** What the child is told, as JSON in its first argument. */
export interface ChildOptions {
  readonly device: string;
  readonly filter: string;
  readonly ringBytes: number;
  readonly queueBytes: number;
  readonly user?: string | undefined;
}

/**
 * What the child tells over Node's IPC channel. Frames go over a pipe of their own, as a pcap stream:
 * its end is the last thing the child sends there.
 */
export type ChildMessage =
  /** The device is open, privileges are dropped, nothing is missed from here on. The first message. */
  | { readonly type: 'ready'; readonly linkType: number; readonly privileges: DroppedPrivileges }
  /** Or this one: what a PipelineError is made of, and what caused it in libpcap's words. */
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly details: object; readonly cause?: string }
  /** From time to time, when they have changed. */
  | { readonly type: 'counts'; readonly counts: FrameCounts }
  /** The last message: these are final. */
  | { readonly type: 'bye'; readonly counts: FrameCounts };

/** The pipe for frames, in the child. The parent closes its side to end the capture. */
export const FRAMES_FD = 3;
