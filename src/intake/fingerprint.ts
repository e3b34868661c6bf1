import { hash } from 'node:crypto';
import { fingerprintText, signalContentText } from '../domain/fingerprint';
import type { TradingSignal } from '../domain/signal';

/** Hexadecimal characters of SHA-256 that identify a signal: 64 bits, as the older bots used. */
const FINGERPRINT_LENGTH = 16;
/** 120 bits under a prefix of ours: within the 36 characters that venues allow. */
const CLIENT_ORDER_ID_HASH_LENGTH = 30;

/** The signal's identity: the same symbol, direction, strategy and minute is the same signal. */
export function fingerprintOf(signal: TradingSignal): string {
  return sha256(fingerprintText(signal)).slice(0, FINGERPRINT_LENGTH);
}

/** Tells apart two signals with one fingerprint. */
export function contentHashOf(signal: TradingSignal): string {
  return sha256(signalContentText(signal));
}

/** A hash and not a cut, so that ids of one venue look unrelated and never collide with a prefix of another. */
export function clientOrderIdOf(fingerprint: string): string {
  return `of${sha256(`order:${fingerprint}`).slice(0, CLIENT_ORDER_ID_HASH_LENGTH)}`;
}

/** Whether an order's id at the venue may be one of ours. */
export function isOurOrderId(orderId: string): boolean {
  return /^of[0-9a-f]{30}$/.test(orderId);
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
