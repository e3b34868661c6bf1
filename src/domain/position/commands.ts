import { cutText } from '../plain-values';
import { REPLIES_MAX, REPLY_BYTES_MAX, type CommandReply, type ProtectionLegs } from './book';
import { changeFault } from './change-fault';
import { legsBeside, legWords } from './legs';
import { keptWords, type Step } from './step';
import type { CloseReason, PositionOpener } from './types';
import { wishExit } from './wish-exit';

export interface CloseFacts {
  readonly requestId: string;
  readonly words: string;
  readonly reason: CloseReason;
}

export interface ProtectFacts {
  readonly requestId: string;
  readonly words: string;
  readonly stopLoss?: string;
  readonly takeProfit?: string | null;
  readonly trailingDistance?: string | null;
  readonly force?: boolean;
}

/** A person's word, once: whoever repeats a request gets the same answer, and nothing happens again. */
export function answerOnce(step: Step, requestId: string, answer: () => CommandReply): void {
  const known = step.book.replies.find((one) => one.requestId === requestId);
  if (known !== undefined) {
    step.reply = known.reply;
    return;
  }
  const { accepted, message } = answer();
  const reply = { accepted, message: cutText(message, REPLY_BYTES_MAX) };
  step.set({ replies: [...step.book.replies, { requestId, reply }].slice(-REPLIES_MAX) });
  step.reply = reply;
}

/** Closes all of it by an exit of ours. */
export function close(step: Step, { words, reason }: CloseFacts): CommandReply {
  const { symbol } = step.book.terms;
  const { flat, row, exit, round, tradingState } = step.book;
  if (flat !== undefined) return refused(`The position of ${symbol} is closed already.`);
  if (row === undefined)
    return refused(`The venue has not shown a position of ${symbol} yet. Ask again in some seconds.`);
  if (tradingState === 'halted') {
    const remedy = 'Let exits pass with "oncefill reduce", and ask again';
    return refused(`Trading is halted, which stops exits, too; the stop at the venue stays. ${remedy}.`);
  }
  if (exit !== undefined) return accepted(`The position of ${symbol} is being closed already (${exit.reason}).`);
  wishExit(step, { cause: 'person', reason, words: keptWords(words) });
  const { openers } = step.book;
  const isResting = openers.some(isFilled) && !openers.every(isFilled);
  const first = isResting ? ' What still rests of its entries is cancelled first.' : '';
  const after = round === undefined ? '' : ` Exit ${round.round}, which is under way, has to end before.`;
  return accepted(`All of ${row.side} ${row.size} ${symbol} will be closed.${first}${after}`);
}

/** Changes what guards it. Allowed in every trading state: a stop can only reduce. */
export function protect(step: Step, facts: ProtectFacts): CommandReply {
  const { symbol } = step.book.terms;
  const { flat, row } = step.book;
  if (flat !== undefined) return refused(`The position of ${symbol} is closed already.`);
  if (row === undefined)
    return refused(`The venue has not shown a position of ${symbol} yet. Ask again in some seconds.`);
  const { stopLoss, takeProfit, trailingDistance, force = false } = facts;
  const named = Object.entries({ stopLoss, takeProfit, trailingDistance }).filter(([, leg]) => leg !== undefined);
  const legs: ProtectionLegs = Object.fromEntries(named);
  if (named.length === 0) return refused('Nothing is to be changed: name a stop, a target or a trailing distance.');
  const fault = changeFault(step.book, row, legs, force);
  if (fault !== undefined) return refused(fault);
  const { asked, regain } = step.book;
  step.set({
    asked: { legs: { ...asked?.legs, ...legs }, isForced: force || asked?.isForced === true },
    regain: regain && legsBeside(regain, legs),
  });
  step.note(`${keptWords(facts.words)}: ${legWords(legs)}`);
  return accepted(
    `The venue is asked for ${legWords(legs)}; "oncefill position show ${symbol}" tells what is in force.`,
  );
}

function isFilled({ filledAtMs }: PositionOpener): boolean {
  return filledAtMs !== undefined;
}

function accepted(message: string): CommandReply {
  return { accepted: true, message };
}

function refused(message: string): CommandReply {
  return { accepted: false, message };
}
