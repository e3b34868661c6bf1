import type { Finding } from '../domain/alerts/alert';
import { redact } from '../secrets/known-secrets';
import { printableLines } from './printable';

/** What a child process tells the supervisor; also printed by a process that runs alone. */
export type ProcessEvent =
  /** The process is ready to work. */
  | { readonly kind: 'ready'; readonly component: string }
  /** The slot is taken: this process leaves with status 0 and must not be restarted. */
  | { readonly kind: 'superseded'; readonly component: string; readonly text: string }
  /**
   * A line for people: a signal came in or ended. fingerprint: the signal's, where it is about one. isLogged: the log of the process
   * that tells has it already.
   */
  | { readonly kind: 'line'; readonly text: string; readonly fingerprint?: string; readonly isLogged?: boolean }
  /** What a person is to be told of others. */
  | { readonly kind: 'finding'; readonly finding: Finding };

/**
 * Tells the supervisor over the IPC channel, or prints lines when nobody supervises. What is told holds no secret that
 * this process knows: the supervisor may not know it, and could not take it out.
 */
export function emitProcessEvent(event: ProcessEvent): void {
  const told = withoutSecrets(event);
  if (process.send) {
    // A supervisor that has just died must not take this process's work with it: the lost event is only for display.
    process.send(told, undefined, undefined, () => undefined);
    return;
  }
  process.stdout.write(`${inWords(told)}\n`);
}

function withoutSecrets(event: ProcessEvent): ProcessEvent {
  switch (event.kind) {
    case 'ready':
      return event;
    case 'finding':
      return { ...event, finding: { ...event.finding, text: redact(event.finding.text) } };
    default:
      return { ...event, text: redact(event.text) };
  }
}

function inWords(event: ProcessEvent): string {
  switch (event.kind) {
    case 'ready':
      return `Ready: ${event.component}. Ctrl-C or SIGTERM stops it.`;
    case 'finding':
      return printableLines(event.finding.holds ? `ALERT ${event.finding.text}` : event.finding.text);
    default:
      return printableLines(event.text);
  }
}
