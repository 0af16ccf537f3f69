import type { Frame } from './frame.ts';
import type { Layer } from './layer.ts';
import type { MessageData } from './message-data.ts';
import { flatNames } from './nesting.ts';

/** A sequence of layers, without raw and padding. Traffic has few: what follows from one is kept with it. */
export interface LayerPath {
  /** The names, joined by colons. */
  readonly text: string;
  readonly names: readonly string[];
  /** The layers' names in a message whose layers stand side by side; undefined for others. */
  readonly keys: readonly string[] | undefined;
  /** Puts the frame and the layers under these names; undefined where `nest` is to do it. */
  readonly collect: Collect | undefined;
  readonly next: Map<string, LayerPath>;
  /** The next name that came last, and the path with it: mostly it comes again. */
  lastName: string;
  last: LayerPath | undefined;
}

type Collect = (frame: Frame, layers: readonly Layer[]) => MessageData;

const root = newPath([], true);
/** Hostile traffic can have any number of paths: those beyond this are made anew each time, and not compiled. */
const MAX_PATHS = 1000;
let paths = 0;

/** The path of a packet's layers. */
export function pathOf(layers: readonly Layer[]): LayerPath {
  let path = root;
  for (let i = 0; i < layers.length; i++) {
    const { layer } = layers[i];
    if (layer === 'raw' || layer === 'padding') continue;
    let next = path.lastName === layer ? path.last : path.next.get(layer);
    if (next === undefined) {
      if (paths === MAX_PATHS) return newPath(namesOf(layers), false);
      next = newPath([...path.names, layer], true);
      path.next.set(layer, next);
      paths++;
    }
    path.lastName = layer;
    path.last = next;
    path = next;
  }
  return path;
}

const namesOf = (layers: readonly Layer[]): string[] =>
  layers.map(({ layer }) => layer).filter((layer) => layer !== 'raw' && layer !== 'padding');

function newPath(names: readonly string[], kept: boolean): LayerPath {
  const keys = kept ? flatNames(names) : undefined;
  return {
    text: names.join(':'),
    names,
    keys,
    collect: keys && compile(keys),
    next: new Map(),
    lastName: '',
    last: undefined,
  };
}

/** An object literal is made in one step; adding properties one by one takes V8 ten times as long. */
function compile(names: readonly string[]): Collect {
  const members = names.map((name, i) => `${JSON.stringify(name)}: layers[${i}]`);
  return new Function('frame', 'layers', `return { ${['frame', ...members].join(', ')} };`) as Collect;
}
