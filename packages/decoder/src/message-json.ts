import { assemble, call, put } from './code.ts';
import { ANY_TEXT, anyJson, close, FIELD_ROOM, LAYER_JSON } from './layer-json.ts';
import { writeLazyJson } from './lazy-json.ts';
import { LazyMessage } from './lazy-message.ts';
import type { PacketMessage } from './message.ts';
import type { MessageData } from './message-data.ts';
import { TextWriter } from './text-writer.ts';

const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Writes the JSON text of a message made by `toMessage`: the same value as JSON.stringify's, several
 * times faster, because the catalogue says what each field is. A LazyMessage takes fewer steps still.
 */
export function writeMessageJson(message: PacketMessage | LazyMessage, w: TextWriter): void {
  if (message instanceof LazyMessage) {
    if (message.path.keys !== undefined) return writeLazyJson(message, w);
    return writeMessageJson(message.toJSON(), w);
  }
  envelope(w, message);
  level(w, message.data);
  w.byte(CLOSE);
}

const scratch = new TextWriter();

/** The JSON text of a message. */
export function messageJson(message: PacketMessage | LazyMessage): string {
  scratch.length = 0;
  writeMessageJson(message, scratch);
  return scratch.view().toString();
}

function level(w: TextWriter, data: MessageData): void {
  w.byte(OPEN);
  for (const name in data) {
    const value = data[name];
    if (value === undefined) continue;
    const write = LAYER_JSON.get(name);
    if (write !== undefined) write(w, value);
    else if (name === 'inner') {
      w.ascii('"inner":');
      level(w, value as MessageData);
    } else w.utf8(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    w.byte(COMMA);
  }
  close(w);
}

/** Everything in front of a message's data. */
const envelope = assemble(
  64 + 3 * FIELD_ROOM,
  [
    ...['id', 'source', 'created'].map(
      (name, i) => `x = values.${name}; ${put(`${i === 0 ? '{"schema":2' : ''},"${name}":`)}
        ${ANY_TEXT} else { ${call('anyJson(w, x)')} }`,
    ),
    `${put(',"data":')} w.length = p;`,
  ].join('\n'),
  { anyJson },
);
