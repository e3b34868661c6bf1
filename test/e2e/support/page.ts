import type { Browser, Page } from 'playwright-core';
import type { Installation } from '../../../harness/installation';
import { findChromium, launchChromium } from '../../browser/browser';
import { send, type SignalBody } from './trading';

const STEP_MAX_MS = 60_000;

/** What a person saw on the page of a running product. */
export interface Seen {
  /** What the browser complained about; empty: nothing. */
  readonly complaints: readonly string[];
  /** Addresses elsewhere that it asked. */
  readonly foreign: readonly string[];
  readonly title: string;
  /** The signal's row when it had ended. */
  readonly row: string;
  /** The gates of its explanation, opened by a key, with what each said. */
  readonly gates: readonly string[];
  /** The trading state after the page's own halt, and after its resume. */
  readonly states: readonly string[];
}

export const hasBrowser = findChromium() !== undefined;

/** Sends a signal while the page is open, follows it, halts and resumes. */
export async function lookAtPage(product: Pick<Installation, 'apiUrl'>, signal: SignalBody): Promise<Seen> {
  const browser = await launchChromium(findChromium()!);
  try {
    return await look(browser, product, signal);
  } finally {
    await browser.close();
  }
}

async function look(browser: Browser, product: Pick<Installation, 'apiUrl'>, signal: SignalBody): Promise<Seen> {
  const page = await browser.newPage();
  page.setDefaultTimeout(STEP_MAX_MS);
  const [complaints, foreign]: [string[], string[]] = [[], []];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(product.apiUrl) && !url.startsWith('data:')) foreign.push(url);
  });
  await page.goto(product.apiUrl);
  await page.waitForSelector('html[data-stream="open"]');
  const { fingerprint } = await send(product, signal);
  const row = page.locator('#signals tr', { has: page.locator(`[data-focus="signal-${fingerprint}"]`) });
  await row.locator('.badge.good').waitFor();
  const [title, words] = [await page.title(), await row.innerText()];
  const gates = await explain(page, fingerprint);
  const states = [
    await set(page, 'halt', 'the page is tried', 'halted'),
    await set(page, 'resume', 'the page was tried', 'active'),
  ];
  return { complaints, foreign, title, row: words, gates, states };
}

async function explain(page: Page, fingerprint: string): Promise<readonly string[]> {
  await page.locator(`[data-focus="signal-${fingerprint}"]`).focus();
  await page.keyboard.press('Enter');
  await page.locator('.gate').first().waitFor();
  const gates = await page.locator('.gate').allInnerTexts();
  await page.keyboard.press('Escape');
  return gates.map((gate) => gate.replaceAll(/\s+/g, ' '));
}

async function set(page: Page, act: string, reason: string, state: string): Promise<string> {
  await page.locator(`.act-${act}`).click();
  await page.keyboard.type(reason);
  await page.keyboard.press('Enter');
  await page.locator('dialog .lines, #done.shown').first().waitFor();
  await page.keyboard.press('Escape');
  const trading = page.locator('.trading', { hasText: state });
  await trading.waitFor();
  return trading.innerText();
}
