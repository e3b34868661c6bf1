import { syncClock } from './clock.js';
import { BEAT_INTERVAL_MS, SECTION_INTERVAL_MS, STALE_AFTER_READS } from './terms.js';

/**
 * All that the server has told, and who wants to hear of changes.
 */

/** @typedef {import('../src/page/feed').PageHello} Hello */
/** @typedef {import('../src/page/feed').PageBeat} Beat */
/** @typedef {import('../src/page/feed').PageValues} Values */
/** @typedef {import('./terms.js').SectionName} SectionName */
/** @typedef {import('../src/page/feed').PageSection} Section */
/** @typedef {import('./stream.js').StreamState} StreamState */
/** @typedef {'hello' | 'stream' | SectionName} Topic */

export class Store {
  /** @type {Hello | undefined} */
  hello = undefined;
  /** @type {StreamState} */
  stream = { kind: 'connecting' };
  /** @type {Map<SectionName, Section>} */
  #sections = new Map();
  /** @type {Map<SectionName, string>} */
  #readAt = new Map();
  /** @type {Map<Topic, Array<() => void>>} */
  #listeners = new Map();
  /** @type {Array<() => void>} */
  #forgotten = [];
  /** Of the program that served this page. @type {string | undefined} */
  #version = undefined;
  /** Whether another version of the program answers by now: its page is another one, too. */
  isOutdated = false;
  /** What the figures of before were of, where they are of something else now. @type {string | undefined} */
  formerPlace = undefined;

  /**
   * @param {readonly Topic[]} topics
   * @param {() => void} listener called at once, and after each change of one of them
   */
  on(topics, listener) {
    for (const topic of topics) this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
    listener();
  }

  /**
   * @template {SectionName} Name
   * @param {Name} name
   * @returns {Values[Name] | undefined} undefined: nothing was ever read
   */
  value(name) {
    return /** @type {Values[Name] | undefined} */ (this.#sections.get(name)?.value);
  }

  /**
   * Why the newest reading failed.
   *
   * @param {SectionName} name
   */
  problem(name) {
    return this.#sections.get(name)?.problem;
  }

  /**
   * @param {SectionName} name
   * @param {number | undefined} nowMs the server's clock
   * @returns {number | undefined} milliseconds; undefined: it was never read
   */
  ageMs(name, nowMs) {
    const readAt = this.#readAt.get(name);
    return readAt === undefined || nowMs === undefined ? undefined : Math.max(0, nowMs - Date.parse(readAt));
  }

  /**
   * @param {SectionName} name
   * @param {number | undefined} nowMs
   */
  isStale(name, nowMs) {
    const age = this.ageMs(name, nowMs);
    // A reading that changed nothing is heard of with the next beat.
    return age !== undefined && age > STALE_AFTER_READS * SECTION_INTERVAL_MS[name] + BEAT_INTERVAL_MS;
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  take(event, data) {
    if (event === 'hello') this.#takeHello(data);
    else if (event === 'section') this.#takeSection(data);
    else if (event === 'beat') this.#takeBeat(data);
  }

  /** @param {StreamState} state */
  takeStream(state) {
    this.stream = state;
    this.#tell('stream');
  }

  /** Whether the viewer may act; where nobody tells, it may be tried: the API refuses who may not. */
  get mayAct() {
    return this.hello ? this.hello.may_trade : this.stream.kind === 'lost';
  }

  /** Forgets all that was told, and says so: who looks is not known any more, or what it is of. */
  forget() {
    if (this.hello === undefined && this.#sections.size === 0) return;
    this.hello = undefined;
    this.#sections.clear();
    this.#readAt.clear();
    for (const topic of this.#listeners.keys()) if (topic !== 'stream') this.#tell(topic);
    this.#forgotten.forEach((listener) => listener());
  }

  /** @param {() => void} listener called after all was forgotten: what shows more than sections goes, too */
  onForgotten(listener) {
    this.#forgotten.push(listener);
  }

  /** @param {Hello} hello */
  #takeHello(hello) {
    this.#version ??= hello.version;
    this.isOutdated = hello.version !== this.#version;
    const former = this.hello;
    const isAnother = former !== undefined && (placeOf(former) !== placeOf(hello) || former.version !== hello.version);
    if (former && isAnother) {
      this.formerPlace = placeOf(former) === placeOf(hello) ? undefined : placeOf(former);
      this.forget();
    }
    this.hello = hello;
    syncClock(hello.now);
    this.#tell('hello');
  }

  /** @param {Section} section */
  #takeSection(section) {
    if (!Object.hasOwn(SECTION_INTERVAL_MS, section.name)) return;
    this.#sections.set(section.name, section);
    if (section.read_at === undefined) this.#readAt.delete(section.name);
    else this.#readAt.set(section.name, section.read_at);
    this.#tell(section.name);
  }

  /** @param {Beat} beat */
  #takeBeat({ now, read_at: readAt }) {
    syncClock(now);
    for (const [name, time] of Object.entries(readAt ?? {})) {
      if (time !== undefined) this.#readAt.set(/** @type {SectionName} */ (name), time);
    }
  }

  /** @param {Topic} topic */
  #tell(topic) {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener();
      } catch (error) {
        // One part that cannot be shown must not take the others along.
        console.error(error);
      }
    }
  }
}

/** What orders go to. @param {Hello} hello */
export function placeOf({ environment, venue }) {
  return `${environment.toUpperCase()} at ${venue}`;
}
