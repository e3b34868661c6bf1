#!/usr/bin/env node
// First: it is for everything that is loaded after it.
import './compile-cache';
import { codeAfterOutput, watchOutput } from './lost-output';
import { runCommandLine } from './program';
import { printErrorLine } from './terminal';

// Before anything is written, and inherited by all that is started: what we make is ours alone to read.
process.umask(0o077);

/** Libraries may keep timers or sockets; a command that has finished waits no longer for them. */
const LINGER_MAX_MS = 500;

async function main(): Promise<void> {
  const { stdout, stderr } = process;
  watchOutput({ stdout, stderr, tell: printErrorLine, exit: (code) => process.exit(code) });
  process.exitCode = codeAfterOutput(await runCommandLine(process.argv.slice(2)));
  // Not process.exit at once: output and messages to a supervisor may still be on their way.
  setTimeout(() => process.exit(), LINGER_MAX_MS).unref();
}

void main();
