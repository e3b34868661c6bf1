import { z } from 'zod';
import { cleanMessage, parseJson } from '../../ccxt/venue-reply';

const frame = z.object({
  op: z.string().max(50).optional(),
  success: z.boolean().optional(),
  ret_msg: z.string().max(1_000).optional().catch(undefined),
  topic: z.string().max(100).optional(),
  data: z.unknown().optional(),
});

/** What each text frame of the venue's streams may hold: an answer to one of our operations, or data of a topic. */
export interface Frame {
  readonly op?: string;
  readonly isTaken: boolean;
  /** Empty: the venue said none. */
  readonly reason: string;
  readonly topic?: string;
  readonly data?: unknown;
}

/** @returns undefined for what is no frame */
export function readFrame(text: string): Frame | undefined {
  const parsed = frame.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { op, success, ret_msg: reason = '', topic, data } = parsed.data;
  return { op, isTaken: success === true, reason, topic, data };
}

export function isPong({ op, reason }: Frame): boolean {
  return op === 'pong' || reason === 'pong';
}

/** What people read where the venue did not take something. */
export function refusalWords(what: string, { reason }: Frame): string {
  return cleanMessage(`the venue refused ${what}${reason === '' ? '' : `: ${reason}`}`);
}
