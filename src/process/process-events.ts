import { redact } from '../secrets/known-secrets';
import { printableLines } from './printable';

/** What a child process tells the supervisor; also printed by a process that runs alone. */
export type ProcessEvent =
  /** The process is ready to work. */
  | { readonly kind: 'ready'; readonly component: string }
  /** The slot is taken: this process leaves with status 0 and must not be restarted. */
  | { readonly kind: 'superseded'; readonly component: string; readonly text: string }
  /** A line for people: a signal came in or ended. fingerprint: the signal's, where it is about one. */
  | { readonly kind: 'line'; readonly text: string; readonly fingerprint?: string };

/**
 * Tells the supervisor over the IPC channel, or prints lines when nobody supervises. What is told holds no secret that
 * this process knows: the supervisor may not know it, and could not take it out.
 */
export function emitProcessEvent(event: ProcessEvent): void {
  const told = event.kind === 'ready' ? event : { ...event, text: redact(event.text) };
  if (process.send) {
    // A supervisor that has just died must not take this process's work with it: the lost event is only for display.
    process.send(told, undefined, undefined, () => undefined);
    return;
  }
  const text =
    told.kind === 'ready' ? `Ready: ${told.component}. Ctrl-C or SIGTERM stops it.` : printableLines(told.text);
  process.stdout.write(`${text}\n`);
}
