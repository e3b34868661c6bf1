import type { Socket } from 'node:net';
import { LINE_CHARACTERS_MAX } from './protocol';

export interface LineHandlers {
  /** Anything came, a line or not. */
  readonly onBytes?: () => void;
  readonly onLine: (line: string) => void;
}

/**
 * Reads a socket line by line, the empty ones left out. One that sends a line beyond its bound is closed, and so is one whose
 * line cannot be handled: what others send is no defect of the process.
 */
export function readLines(socket: Socket, { onBytes, onLine }: LineHandlers): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    onBytes?.();
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (socket.destroyed) return;
      if (line.length > LINE_CHARACTERS_MAX) socket.destroy();
      else if (line !== '') handle(socket, onLine, line);
    }
    if (rest.length > LINE_CHARACTERS_MAX) socket.destroy();
  });
}

function handle(socket: Socket, onLine: LineHandlers['onLine'], line: string): void {
  try {
    onLine(line);
  } catch {
    socket.destroy(new Error('a line could not be handled'));
  }
}

/**
 * Sends a line, together with the others of this turn of the event loop: each write is a call of the system that wakes the
 * process at the other end, which costs more than all that a line says.
 */
export function sendLine(socket: Socket, value: object): void {
  if (!socket.writable) return;
  if (socket.writableCorked === 0) {
    socket.cork();
    setImmediate(() => socket.uncork());
  }
  socket.write(`${JSON.stringify(value)}\n`);
}
