import type { Frame } from './frame.ts';

/** A layer's fields by name. */
export type LayerFields = Record<string, unknown>;

/**
 * The layers of one packet by name, outermost first. A packet inside a packet (tunnels) stands under
 * `inner`, with layers of its own.
 */
export type MessageData = { frame?: Frame; inner?: MessageData } & {
  [layer: string]: LayerFields | MessageData | Frame | undefined;
};
