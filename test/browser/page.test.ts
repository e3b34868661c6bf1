import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from './browser';
import { FakeApi } from './fake-api';
import { running, SITUATIONS, type Situation, type SituationName } from './situations';

const executable = findChromium();
if (executable === undefined) {
  console.warn('The page is not tested in a browser: no Chromium is installed (or name one in CHROMIUM_PATH).');
}
const describeInBrowser = executable === undefined ? describe.skip : describe;

const DESKTOP = { width: 1_440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Longest thing that a Tab may reach. */
const TAB_STOPS_MAX = 400;
const TARGET_PX_MIN = 44;
const PATIENCE_MS = 45_000;
const LOOKS_MAX = 250;
const LOOK_MS = 20;

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const AXE_RUN = `axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations
  .filter(({impact}) => impact === 'serious' || impact === 'critical')
  .map(({id, nodes}) => id + ': ' + nodes.map(({html, any}) => html + ' ' + any.map((one) => one.message)).join('; ')))`;

let browser: Browser;
let api: FakeApi;

/** One page for all: it shows what the API tells, so that it need not be loaded anew. */
let page: Page;
/** What it complained about or asked for since the test began. */
const complaints: string[] = [];
const requests: string[] = [];

async function openPage(): Promise<void> {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'dark', reducedMotion: 'reduce' });
  page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(api.url);
  await page.waitForSelector('html[data-stream="open"]');
}

/** Lets the page show it, on a screen of this size. */
async function show(situation: Situation, viewport = DESKTOP): Promise<void> {
  await page.setViewportSize(viewport);
  const mark = api.show(situation);
  await page.waitForSelector(`#links [title*="${mark}"]`, { state: 'attached' });
}

async function seriousFaults(): Promise<unknown> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE);
  return page.evaluate(AXE_RUN);
}

function widthOf(): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth');
}

/** How the page calls what has the focus. */
function focused(): Promise<string> {
  return page.evaluate(`(() => {
    const {activeElement: element} = document;
    return element === document.body ? '' : element.id || element.dataset.focus || element.textContent.trim();
  })()`);
}

describeInBrowser('the page', () => {
  beforeAll(async () => {
    browser = await launchChromium(executable!);
    api = await FakeApi.start(SITUATIONS.paper());
    await openPage();
  });
  beforeEach(() => {
    api.asked.length = 0;
    api.refusals.clear();
  });
  afterEach(async () => {
    await page.evaluate(`(() => {
      for (const dialog of document.querySelectorAll('dialog')) dialog.close();
      document.activeElement?.blur();
      location.hash = '';
    })()`);
    await page.emulateMedia({ colorScheme: 'dark' });
    complaints.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
  });

  test.each(Object.keys(SITUATIONS) as SituationName[])(
    'shows %s without a complaint, asks this machine alone, and fits a phone',
    async (name) => {
      await show(SITUATIONS[name]());
      expect(await widthOf()).toBe(DESKTOP.width);
      await page.setViewportSize(PHONE);
      // Charts follow a frame or two later.
      await page.waitForFunction(`document.documentElement.scrollWidth <= ${PHONE.width}`).catch(() => undefined);
      expect(await widthOf()).toBe(PHONE.width);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(api.url) && !url.startsWith('data:'))).toEqual([]);
    },
  );

  test.each(['extreme', 'troubled'] as const)(
    'has no serious fault for who sees or hears otherwise: %s',
    async (name) => {
      await show(SITUATIONS[name]());
      expect(await seriousFaults()).toEqual([]);
      await page.locator('#signals tbody tr:first-child a').click();
      await page.waitForSelector('.gates');
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await seriousFaults()).toEqual([]);
      await page.keyboard.press('Escape');
      expect(await seriousFaults()).toEqual([]);
      await page.setViewportSize(PHONE);
      await page.locator('#thumb-halt').click();
      expect(await seriousFaults()).toEqual([]);
    },
  );

  test('says what is at stake as a word, in its title and in its icon', async () => {
    await show(SITUATIONS.live());
    expect(await page.locator('#environment').textContent()).toBe('LIVE');
    expect(await page.title()).toBe('LIVE bybit – oncefill');
    const icon = await page.locator('#icon').getAttribute('href');
    await show(SITUATIONS.troubled());
    await page.locator('.alerts .critical').first().waitFor();
    expect(await page.title()).toBe('▲ 2 critical – LIVE bybit – oncefill');
    expect(await page.locator('#icon').getAttribute('href')).not.toBe(icon);
  });

  test('shows a signal while it runs, what it waits for, and how it ends', async () => {
    await show(SITUATIONS.empty());
    expect(await page.locator('#signals').textContent()).toContain('No signal yet');
    const signal = running(1);
    api.change('signals', [signal]);
    const row = page.locator('#signals tbody tr');
    await row.waitFor();
    expect(await row.textContent()).toMatch(/waiting for permitwaits until .*the order window is full \(72 of 72\)/);
    const link = row.locator('a');
    await link.focus();
    api.change('signals', [
      {
        ...signal,
        status: 'ended',
        outcome: 'FILLED',
        ended_at: new Date().toISOString(),
        state: undefined,
        wait_until: undefined,
        detail: undefined,
      },
    ]);
    await row.locator('text=filled').waitFor();
    // Whoever was there stays there.
    expect(await focused()).toBe(`signal-${signal.fingerprint}`);
  });

  test('opens the explanation of a signal by keys alone, goes on to the next, and gives the focus back', async () => {
    await show(SITUATIONS.halted());
    const [first, second] = SITUATIONS.halted().values.signals!;
    await page.keyboard.press('j');
    expect(await focused()).toBe(`signal-${first!.fingerprint}`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.gate.failed');
    expect(await page.locator('.gate').count()).toBe(13);
    expect(await page.locator('.gate.failed').textContent()).toContain('→ Add funds, or send a smaller order.');
    expect(page.url()).toContain(`signal=${first!.fingerprint}`);
    await page.keyboard.press('j');
    await page.waitForURL((url) => url.hash.includes(second!.fingerprint));
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('signal=');
    expect(await focused()).toBe(`signal-${first!.fingerprint}`);
  });

  test('keeps the filter and the open explanation in its address', async () => {
    await show(SITUATIONS.paper());
    await page.locator('.chip', { hasText: 'denied' }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('sol funds');
    expect(await page.locator('#signals tbody tr').count()).toBe(1);
    await page.locator('#signals tbody tr a').click();
    await page.waitForSelector('.gates');
    await page.reload();
    await page.waitForSelector('.gates');
    expect(await page.locator('#signals tbody tr').count()).toBe(1);
    await page.goBack();
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.locator('.chip.clear').click();
    expect(await page.locator('#signals tbody tr').count()).toBeGreaterThan(30);
  });

  test('halts with a reason, and with the typed word where money is real', async () => {
    await show(SITUATIONS.live());
    await page.locator('.act-halt').click();
    await page.keyboard.press('Enter');
    expect(await page.locator('.failure').textContent()).toContain('Say why');
    await page.keyboard.type('prices look wrong');
    await page.keyboard.press('Enter');
    expect(await page.locator('.failure').textContent()).toBe('Type live to confirm: money is at stake.');
    expect(api.asked).toEqual([]);
    await page.keyboard.type('live');
    await page.locator('input[name=cancel_orders]').check();
    await page.locator('dialog button[type=submit]').click();
    await page.locator('dialog .lines').waitFor();
    expect(api.asked).toEqual([
      {
        method: 'POST',
        path: '/api/halt',
        body: { reason: 'prices look wrong', cancel_orders: true },
        contentType: 'application/json',
      },
    ]);
    expect(await page.locator('dialog .lines').innerText()).toContain('BUY 0.042 BTCUSDT, 0 filled');
    expect(await page.locator('dialog form [role=status]').textContent()).toBe('Trading is halted.');
    expect(await focused()).toBe('Close');
  });

  test('shows why an act was refused, and keeps what was typed', async () => {
    await show(SITUATIONS.paper());
    const refusal = { status: 409, code: 'POSITION_COMMAND_REFUSED', message: 'It is being closed \u202ealready.' };
    api.refusals.set('POST /api/positions/ETHUSDT/close', refusal);
    await page.locator('button[aria-label="Close ETHUSDT"]').click();
    await page.keyboard.type('enough');
    await page.keyboard.press('Enter');
    await page.locator('.failure', { hasText: 'It is being closed \ufffdalready.' }).waitFor();
    expect(await page.locator('input[name=reason]').inputValue()).toBe('enough');
  });

  test('sets the stop of a position, says what is at stake beside it, and tells nothing of what was left empty', async () => {
    await show(SITUATIONS.live());
    await page.locator('button[aria-label="Protect ETHUSDT"]').click();
    expect(await page.locator('dialog .environment').textContent()).toBe('LIVE');
    await page.locator('input[name=stop_loss]').fill('3450.5');
    await page.locator('input[name=reason]').fill('too wide');
    await page.locator('input[name=confirmation]').fill('live');
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    const [asked] = api.asked;
    expect(asked).toMatchObject({ path: '/api/positions/ETHUSDT/protect' });
    expect(asked?.body).toEqual({ reason: 'too wide', stop_loss: '3450.5' });
  });

  test('shows what has no stop first, and keeps what is done about it in sight, however many and wide they are', async () => {
    await show(SITUATIONS.many());
    const first = page.locator('#panel-positions tbody tr').first();
    expect(await first.getAttribute('class')).toBe('alarming');
    await show(SITUATIONS.extreme());
    const frame = await page.locator('#panel-positions').boundingBox();
    const button = await page.locator('button[aria-label="Close 1000PEPEUSDT"]').boundingBox();
    expect(button!.x + button!.width).toBeLessThanOrEqual(frame!.x + frame!.width);
  });

  test('shows nothing as zero that is not, and the unit of what is money', async () => {
    await show(SITUATIONS.extreme());
    const row = (await page.locator('#panel-positions tbody tr').first().innerText()).split(/\s+/);
    expect(row).toEqual(expect.arrayContaining(['0.0000000012345', '0.0000000012391', '0.00000000111']));
    expect(await page.locator('#panel-positions .loss').first().textContent()).toBe('−0.0000001');
    expect(await page.locator('#overview').innerText()).toContain('−1,523.44 USDT');
  });

  test('keeps the dialog while an act is under way, whatever is pressed', async () => {
    await show(SITUATIONS.paper());
    const answer = api.holdAnswers();
    await page.locator('.act-halt').click();
    await page.keyboard.type('enough');
    await page.keyboard.press('Enter');
    const close = page.locator('dialog .buttons button', { hasText: 'Close, it goes on' });
    await close.waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    expect(await page.locator('dialog .close').isEnabled()).toBe(false);
    expect(await page.locator('dialog[open]').count()).toBe(1);
    answer();
    await page.locator('dialog .lines').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  });

  test.each([
    ['did', undefined, /Trading is halted\..*BUY 0\.042 BTCUSDT/s],
    [
      'did not do',
      { status: 504, code: 'TIMED_OUT', message: 'No answer \u202ecame.' },
      /Halt trading: No answer .came\. \(TIMED_OUT\)/,
    ],
  ])('tells what an act %s whose dialog was closed meanwhile', async (_word, refusal, said) => {
    await show(SITUATIONS.paper());
    if (refusal) api.refusals.set('POST /api/halt', refusal);
    const answer = api.holdAnswers();
    await page.locator('.act-halt').click();
    await page.keyboard.type('enough');
    await page.keyboard.press('Enter');
    await page.locator('dialog .buttons button', { hasText: 'Close, it goes on' }).click();
    await page.locator('dialog').waitFor({ state: 'detached' });
    answer();
    await page.locator('#done.shown', { hasText: said }).waitFor();
    const told = () => page.locator('#done').textContent();
    expect(await told()).not.toContain('\u202e');
    // What is done next does not hide a failure.
    await page.locator('button[aria-label="Close ETHUSDT"]').click();
    await page.keyboard.type('enough');
    await page.keyboard.press('Enter');
    await page.locator('#done', { hasText: 'ETHUSDT was told to close.' }).waitFor();
    expect(said.test((await told()) ?? '')).toBe(refusal !== undefined);
  });

  test('silences an alert, and tells the position by position of a flatten', async () => {
    await show({ ...SITUATIONS.troubled(), hello: SITUATIONS.paper().hello });
    await page.locator('button[aria-label="Silence position_unprotected ETHUSDT"]').click();
    await page.keyboard.type('I am on it');
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(api.asked[0]).toMatchObject({
      path: '/api/alerts/silence',
      body: { rule: 'position_unprotected', subject: 'ETHUSDT', for: '2h', reason: 'I am on it' },
    });
    await page.locator('.act-flatten').click();
    await page.keyboard.type('over for today');
    await page.keyboard.press('Enter');
    const lines = page.locator('dialog .lines li');
    await lines.first().waitFor();
    expect(await lines.allTextContents()).toEqual(['BTCUSDT: closed.', 'ETHUSDT: It was not closed within 10 s.']);
  });

  test('offers no act to who may only look', async () => {
    await show(SITUATIONS.viewer());
    const words = ['Halt', 'Reduce', 'Resume', 'Flatten', 'Close', 'Silence'];
    for (const word of words) expect(await page.locator('button:visible', { hasText: word }).count()).toBe(0);
    expect(await page.locator('#overview').textContent()).toContain('You may look, not act.');
  });

  test('asks for a token where one is needed, and says what is wrong with it', async () => {
    await show(SITUATIONS.paper());
    api.token = 'of-the-operator';
    api.cutStreams();
    await page.locator('input[name=token]').fill('of-somebody');
    await page.keyboard.press('Enter');
    await page.locator('.failure', { hasText: 'This token is not known here.' }).waitFor();
    await page.locator('input[name=token]').fill('of-the-operator');
    await page.keyboard.press('Enter');
    await page.waitForSelector('html[data-stream="open"]');
    api.token = undefined;
    expect(await page.locator('dialog').count()).toBe(0);
    expect(await page.evaluate('JSON.stringify([{...localStorage}, location.href, document.cookie])')).not.toContain(
      'of-the-operator',
    );
  });

  test.each(['signs out', 'has a token that is revoked'])('shows nothing more to who %s', async (how) => {
    const { hello, ...others } = SITUATIONS.paper();
    await show({ ...others, hello: { ...hello, who: 'token ab12 (someone)' } });
    await page.locator('#signals tbody tr a').first().click();
    await page.waitForSelector('.gates');
    if (how === 'signs out') await page.keyboard.press('Escape');
    api.token = 'of-the-operator';
    if (how === 'signs out') await page.locator('#links button').click();
    else {
      await page.context().clearCookies();
      api.cutStreams();
    }
    await page.locator('dialog.sign-in').waitFor();
    expect(await page.locator('main').innerText()).not.toMatch(/\d|USDT/);
    expect(await page.locator('dialog').count()).toBe(1);
    expect(await page.locator('#links').innerText()).toBe('');
    expect(await page.locator('[class*=act-]:visible, #thumb-halt:visible').count()).toBe(1);
    expect(await page.title()).toBe('✕ no connection – oncefill');
    api.token = undefined;
    await page.reload();
    await page.waitForSelector('html[data-stream="open"]');
  });

  test('begins anew where another environment answers: no figure, dialog or confirmation of before stays', async () => {
    await show(SITUATIONS.paper());
    await page.locator('.act-flatten').click();
    await page.keyboard.type('over for today');
    await show({ ...SITUATIONS.live(), values: {}, problems: {} });
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.locator('main').innerText()).not.toMatch(/\d|USDT/);
    expect(await page.locator('#done').textContent()).toContain('This is LIVE at bybit now.');
    await page.locator('.act-flatten').click();
    await page.keyboard.type('over for today');
    // On a phone, what is said of it does not lie upon the word that is to be typed.
    await page.setViewportSize(PHONE);
    await page.locator('dialog #done.shown').waitFor();
    await page.locator('input[name=confirmation]').click({ trial: true });
    await page.keyboard.press('Enter');
    expect(await page.locator('.failure').textContent()).toBe('Type live to confirm: money is at stake.');
    expect(api.asked).toEqual([]);
  });

  test('asks to be loaded anew where another version answers', async () => {
    const { hello, ...others } = SITUATIONS.paper();
    await show({ ...others, hello: { ...hello, version: '0.2.0' } });
    await page.locator('#banner', { hasText: 'oncefill was changed to another version' }).waitFor();
    await page.reload();
    await page.waitForSelector('html[data-stream="open"]');
    expect(await page.locator('#banner').isVisible()).toBe(false);
  });

  test.each([DESKTOP, PHONE])('halts where no news can be had at all (%j)', async (viewport) => {
    await show(SITUATIONS.paper(), viewport);
    api.isFull = true;
    await page.reload();
    await page.waitForSelector('html[data-stream="lost"]');
    await page.locator(viewport === PHONE ? '#thumb-halt' : '.act-halt').click();
    await page.keyboard.type('nothing is seen');
    await page.locator('input[name=confirmation]').fill('live');
    await page.keyboard.press('Enter');
    await page.locator('dialog .lines').waitFor();
    // Not before: with news of paper no word is asked for.
    api.isFull = false;
    expect(api.asked.map(({ path }) => path)).toEqual(['/api/halt']);
  });

  test('says above an open dialog what an act came to, and keeps it when that is closed', async () => {
    await show(SITUATIONS.paper());
    api.refusals.set('POST /api/reduce', { status: 503, code: 'SERVER_UNAVAILABLE', message: 'Nobody answered.' });
    const answer = api.holdAnswers();
    await page.getByRole('button', { name: 'Reduce' }).first().click();
    await page.keyboard.type('less');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Close, it goes on' }).click();
    await page.locator('#signals tbody tr:first-child a').click();
    await page.waitForSelector('dialog[open]');
    answer();
    await page.locator('dialog[open] #done.shown').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('body > #done.shown', { hasText: 'Nobody answered.' }).click();
    expect(await page.locator('#done').textContent()).toBe('');
  });

  test('gives a time its date when the day is over', async () => {
    const { values, ...others } = SITUATIONS.paper();
    const since = new Date(Date.UTC(2030, 0, 1, 12)).toISOString();
    await show({ ...others, values: { ...values, trading: { state: 'halted', since } } });
    const time = page.locator('.tile.trading time');
    await page.locator('.tile.trading time', { hasText: '01-01 12:00' }).waitFor();
    api.clockMs = Date.parse(since);
    await page.locator('.tile.trading time', { hasText: '12:00:00' }).waitFor();
    await time.evaluate((element) => element.setAttribute('id', 'as-before'));
    api.clockMs += 86_400_000;
    await page.locator('#as-before', { hasText: '01-01 12:00' }).waitFor();
    api.clockMs = undefined;
  });

  test('says that figures are stale, and which', async () => {
    await show(SITUATIONS.troubled());
    await page.locator('#panel-balances .age', { hasText: /^stale, \d+ s ago$/ }).waitFor();
    expect(await page.locator('#panel-balances').textContent()).toContain('the account did not answer within 2 s.');
    expect(await page.locator('#panel-positions .age').textContent()).not.toContain('stale');
  });

  test('notices that the stream is silent, says so everywhere, and comes back by itself', async () => {
    // Its own timers go faster from here on; the server's silence is real.
    await page.clock.install();
    await page.reload();
    await show(SITUATIONS.paper());
    api.isSilent = true;
    await page.clock.runFor(8_000);
    await page.locator('#banner', { hasText: 'oncefill is silent.' }).waitFor();
    expect(await page.title()).toContain('✕ no connection');
    api.isSilent = false;
    await page.clock.runFor(12_000);
    await page.waitForSelector('html[data-stream="open"]');
    expect(await page.locator('#banner').isVisible()).toBe(false);
  });

  test('leaves the reasons alone, which somebody may be copying, while only time goes on', async () => {
    const { values, ...others } = SITUATIONS.troubled();
    const health = values.health!;
    await show({ ...others, values });
    await page.locator('.reasons', { hasText: health.reasons[0] }).waitFor();
    await page.evaluate("document.querySelector('.reasons').id = 'as-before'");
    api.change('health', { ...health, uptime: health.uptime + 1 });
    await show({ ...others, values: { ...values, health: { ...health, uptime: health.uptime + 2 } } });
    expect(await page.locator('#as-before').count()).toBe(1);
    api.change('health', { ...health, reasons: ['another one.'] });
    await page.locator('.reasons', { hasText: 'another one.' }).waitFor();
  });

  test('shows no figure that it was not told', async () => {
    await show({ ...SITUATIONS.empty(), values: {}, problems: {} });
    const figures = (await page.locator('main').innerText()).match(/\d+/g);
    expect(figures).toBeNull();
  });

  test('takes what comes from elsewhere for text', async () => {
    await show(SITUATIONS.hostile());
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('PAPER paper – oncefill');
    expect(await page.locator('#links a').count()).toBe(0);
    const words = await page.locator('main').innerText();
    expect(words).toContain('<script>alert(1)</script>');
    expect(words).not.toMatch(/[\u202a-\u202e\u200b]/);
    const { hello, ...others } = SITUATIONS.hostile();
    await show({ ...others, hello: { ...hello, venue: 'pa\u202eper' } });
    expect(await page.title()).toBe('PAPER pa\ufffdper – oncefill');
  });

  test('lets a keyboard reach all that a mouse can, each with a mark of the focus', async () => {
    await show(SITUATIONS.halted());
    const all: number = await page.evaluate(
      `[...document.querySelectorAll('a[href], button, input, select')].filter((one) => one.checkVisibility()).length`,
    );
    const seen = new Set<number>();
    for (let stop = 0; stop < TAB_STOPS_MAX && seen.size < all; stop += 1) {
      await page.keyboard.press('Tab');
      const [place, hasMark] = await page.evaluate<[number, boolean]>(`(() => {
        const places = [...document.querySelectorAll('a[href], button, input, select')].filter((one) => one.checkVisibility());
        return [places.indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle !== 'none'];
      })()`);
      if (place === -1) continue;
      expect(hasMark).toBe(true);
      seen.add(place);
    }
    expect(seen.size).toBe(all);
  });

  test('has targets for thumbs on a phone, and halt within their reach', async () => {
    await show(SITUATIONS.troubled(), PHONE);
    const small = await page.evaluate(`[...document.querySelectorAll('button, input, select')]
      .filter((one) => one.checkVisibility() && !one.matches('.skip'))
      .filter((one) => one.getBoundingClientRect().height < ${TARGET_PX_MIN} || one.getBoundingClientRect().width < ${TARGET_PX_MIN})
      .map((one) => one.outerHTML)`);
    expect(small).toEqual([]);
    const box = await page.locator('#thumb-halt').boundingBox();
    expect(box!.y).toBeGreaterThan(PHONE.height * 0.85);
    expect(box!.y + box!.height).toBeLessThanOrEqual(PHONE.height);
  });

  test('moves nothing for who asked for that, and speaks of alerts alone', async () => {
    await show(SITUATIONS.troubled());
    await page.locator('#signals tbody tr:first-child a').click();
    await page.waitForSelector('.gates');
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    const spoken = await page.evaluate("[...document.querySelectorAll('[aria-live]')].map(({id}) => id)");
    expect(spoken).toEqual(['announcements']);
    expect(await page.locator('#announcements').textContent()).toContain(
      'critical alert: The position in ETHUSDT has no stop',
    );
  });

  test('is dark or light as the system or its reader says, and remembers that', async () => {
    await show(SITUATIONS.paper());
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await page.locator('#theme').click();
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await ground()).toBe(light);
  });

  // The last one: it leaves the page.
  test('keeps one connection, and gives it up when it is left', async () => {
    await show(SITUATIONS.paper());
    expect(api.viewers).toBe(1);
    await page.goto('about:blank');
    for (let look = 0; look < LOOKS_MAX && api.viewers > 0; look += 1) await page.waitForTimeout(LOOK_MS);
    expect(api.viewers).toBe(0);
  });
});
