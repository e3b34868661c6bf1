import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ConnectionFault } from '../faults/stream-faults';

/** What a client may leave unread; whoever reads less is closed, as at the venue. */
const UNREAD_BYTES_MAX = 1_048_576;
/** A socket's readyState while it is open. */
const OPEN = 1;
const OPERATION_CHARACTERS_SHOWN = 50;

const command = z.object({
  req_id: z.union([z.string().max(100), z.number()]).optional(),
  op: z.string(),
  // As many as fit in the largest message.
  args: z.array(z.unknown()).optional(),
});

/** What the client wants its answer to bear. */
export type RequestId = string | number | undefined;

/** What one stream does with what a client says. */
export interface Operations {
  readonly pong: (requestId: RequestId) => void;
  /** By name. */
  readonly byName: Readonly<Record<string, (args: readonly unknown[], requestId: RequestId) => void>>;
}

/** One connection of a client to one of the streams: its commands in, answers and messages out. */
export class ClientLine {
  readonly connectionId = randomUUID();

  constructor(
    private readonly socket: WebSocket,
    readonly fault: ConnectionFault | undefined,
    private readonly operations: Operations,
  ) {}

  /** Answers what the client said. @throws never */
  hear(text: string): void {
    const parsed = command.safeParse(parseJson(text));
    if (!parsed.success) return this.refuse();
    const { op, args = [], req_id: requestId } = parsed.data;
    const { pong, byName } = this.operations;
    if (op === 'ping') return this.fault === 'no_pong' ? undefined : pong(requestId);
    if (Object.hasOwn(byName, op)) return byName[op]?.(args, requestId);
    return this.answer(op, false, `Unknown op ${op.slice(0, OPERATION_CHARACTERS_SHOWN)}`, requestId);
  }

  answer(op: string, success: boolean, text: string, requestId: RequestId): void {
    this.send({ success, ret_msg: text, op, conn_id: this.connectionId, req_id: requestId });
  }

  /** Answers what is no command. */
  refuse(): void {
    this.answer('', false, 'Invalid request', undefined);
  }

  send(value: object): void {
    this.sendText(JSON.stringify(value));
  }

  /** Whoever reads none is closed. */
  sendText(text: string): void {
    if (this.socket.readyState !== OPEN) return;
    if (this.socket.bufferedAmount > UNREAD_BYTES_MAX) this.socket.terminate();
    else this.socket.send(text);
  }

  /** Says goodbye. */
  close(): void {
    this.socket.close();
  }

  /** Ends the connection at once. */
  end(): void {
    this.socket.terminate();
  }
}

/** @returns undefined for what is no JSON */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
