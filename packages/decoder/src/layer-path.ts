import type { Frame } from './frame.ts';
import type { Layer } from './layer.ts';
import type { MessageData } from './message-data.ts';
import { isFlat } from './nesting.ts';

/** A sequence of layers, without raw and padding. Traffic has few: what follows from one is kept with it. */
export interface LayerPath {
  /** The names, joined by colons. */
  readonly text: string;
  readonly names: readonly string[];
  /** Puts the frame and the layers under their names; undefined where they are to be nested. */
  readonly collect: Collect | undefined;
  readonly next: Map<string, LayerPath>;
}

type Collect = (frame: Frame, layers: readonly Layer[]) => MessageData;

const root = newPath([]);
/** Hostile traffic can have any number of paths: those beyond this are made anew each time. */
const MAX_PATHS = 10_000;
let paths = 0;

/** The path of a packet's layers. */
export function pathOf(layers: readonly Layer[]): LayerPath {
  let path = root;
  for (const { layer } of layers) {
    if (layer === 'raw' || layer === 'padding') continue;
    let next = path.next.get(layer);
    if (next === undefined) {
      next = newPath([...path.names, layer]);
      if (paths < MAX_PATHS) {
        path.next.set(layer, next);
        paths++;
      }
    }
    path = next;
  }
  return path;
}

function newPath(names: readonly string[]): LayerPath {
  return {
    text: names.join(':'),
    names,
    collect: isFlat(names) ? compile(names) : undefined,
    next: new Map(),
  };
}

/** An object literal is made in one step; adding properties one by one takes V8 ten times as long. */
function compile(names: readonly string[]): Collect {
  const members = names.map((name, i) => `${JSON.stringify(name)}: layers[${i}]`);
  return new Function('frame', 'layers', `return { ${['frame', ...members].join(', ')} };`) as Collect;
}
