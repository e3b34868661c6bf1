import { OtherStoreError } from './errors';
import { askStore, assertOurServer, StrangeServerError, unconfirmed } from './own-store';
import { openSentinel, type Sentinel } from './sentinel';
import type { StoreGate } from './store-gate';
import { compareStore, type FoundStore, type StoreAsker, type StoreIdentity, type StorePlace } from './store-identity';

/** How often the server is asked which store it has. */
const CHECK_INTERVAL_MS = 1_000;
/** How often a process that trades nothing asks by itself: it asks before it acts, too, and whenever the sentinel breaks. */
const IDLE_CHECK_INTERVAL_MS = 10_000;
/** While one sentinel stands, such a process asks for the cluster's id this often, and for the namespace's at each check. */
const IDLE_CLUSTER_MAX_AGE_MS = 10_000;
/** An answer is good for this long while the sentinel stands: two checks may come late. */
export const STORE_CONFIRMED_MAX_AGE_MS = 3_000;
/** Where no sentinel can stand (a proxy on the way, say), little can have happened in this. */
export const STORE_UNGUARDED_MAX_AGE_MS = 100;
/** Questions in one check: a sentinel may break while one is under way, for no worse reason than its age. */
const QUESTIONS_MAX = 2;

export interface StoreWatchOptions {
  readonly place: StorePlace;
  /** Of the server, `host:port`. */
  readonly address: string;
  /** On the connection that is acted upon: another one might lead elsewhere. */
  readonly asker: StoreAsker;
  /** See StoreQuestion. */
  readonly isEmbedded?: boolean;
  /** Told when another store is met, once until ours is back. */
  readonly onOtherStore?: (error: OtherStoreError) => void;
  /**
   * For a process that trades nothing. All others ask for both ids at each check, which costs them one small call more a
   * second: behind one connection (a balancer's, say) the server may be another one.
   */
  readonly isIdle?: boolean;
  /** How a sentinel is made; tests have their own. */
  readonly open?: (address: string, onBreak: () => void) => Promise<Sentinel | undefined>;
}

/**
 * Keeps asking which store the server has, and doubts at once when the sentinel breaks: a client connects again by
 * itself, and tells nobody, so that a server that takes the place of another one would otherwise be obeyed.
 *
 * Instants are of the monotonic clock.
 */
export class StoreWatch implements StoreGate {
  private timer: NodeJS.Timeout | undefined;
  private sentinel: Sentinel | undefined;
  private checking: Promise<void> | undefined;
  private confirmedAtMs = -Infinity;
  private cluster: { readonly id?: string; readonly sentinel: Sentinel; readonly toldAtMs: number } | undefined;
  private known: StoreIdentity | undefined;
  private other: OtherStoreError | undefined;
  private strange: string | undefined;

  constructor(private readonly options: StoreWatchOptions) {}

  get isConfirmed(): boolean {
    const maxAgeMs = this.sentinel ? STORE_CONFIRMED_MAX_AGE_MS : STORE_UNGUARDED_MAX_AGE_MS;
    return performance.now() - this.confirmedAtMs <= maxAgeMs;
  }

  /** One sentence while the server holds another store, or is another one; undefined: neither, as far as is known. */
  get problem(): string | undefined {
    return this.other?.message ?? this.strange;
  }

  async confirm(): Promise<void> {
    if (!this.isConfirmed) await this.check();
  }

  /** Begins to ask by itself. */
  start(): void {
    const intervalMs = this.options.isIdle ? IDLE_CHECK_INTERVAL_MS : CHECK_INTERVAL_MS;
    this.timer ??= setInterval(() => this.checkQuietly(), intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.sentinel?.close();
    this.sentinel = undefined;
    this.confirmedAtMs = -Infinity;
  }

  /** One question at a time, whoever needs the answer. */
  private check(): Promise<void> {
    this.checking ??= this.ask().finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  /** Whoever acts asks again, and hears why not. */
  private checkQuietly(): void {
    this.check().catch(() => undefined);
  }

  private async ask(): Promise<void> {
    try {
      for (let question = 1; question <= QUESTIONS_MAX; question += 1) {
        if (await this.askOnce()) return;
      }
      throw new Error('the connection keeps breaking');
    } catch (error) {
      this.confirmedAtMs = -Infinity;
      if (error instanceof OtherStoreError) this.tellOther(error);
      const explained = this.explain(error);
      if (error instanceof StrangeServerError) this.strange = explained.message;
      throw explained;
    }
  }

  /** @returns false when the answer may be of a server that has just gone */
  private async askOnce(): Promise<boolean> {
    const { place, address, asker } = this.options;
    const sentinel = await this.sentinelNow();
    const askedAtMs = performance.now();
    const found = await askStore(asker, place.namespace, this.clusterTold(sentinel));
    assertOurServer(this.options);
    this.known = compareStore({ place, address, found, keeps: true, remembered: this.known });
    if (this.sentinel !== sentinel) return false;
    this.noteCluster(found, sentinel);
    this.confirmedAtMs = askedAtMs;
    this.other = undefined;
    this.strange = undefined;
    return true;
  }

  private clusterTold(sentinel: Sentinel | undefined): { readonly clusterId?: string } | undefined {
    const { cluster } = this;
    if (!this.options.isIdle) return undefined;
    const isFresh = cluster && performance.now() - cluster.toldAtMs <= IDLE_CLUSTER_MAX_AGE_MS;
    return isFresh && cluster.sentinel === sentinel ? { clusterId: cluster.id } : undefined;
  }

  private noteCluster({ clusterId }: FoundStore, sentinel: Sentinel | undefined): void {
    if (sentinel && !this.clusterTold(sentinel)) {
      this.cluster = { id: clusterId, sentinel, toldAtMs: performance.now() };
    }
  }

  private async sentinelNow(): Promise<Sentinel | undefined> {
    if (this.sentinel) return this.sentinel;
    const { address, open = openSentinel } = this.options;
    const opened = await open(address, () => {
      if (this.sentinel !== opened) return;
      this.sentinel = undefined;
      this.confirmedAtMs = -Infinity;
      this.checkQuietly();
    });
    this.sentinel = opened;
    return opened;
  }

  private tellOther(error: OtherStoreError): void {
    const isNews = this.other === undefined;
    this.other = error;
    if (isNews) this.options.onOtherStore?.(error);
  }

  private explain(error: unknown): Error {
    const isOurs = error instanceof Error && ['OtherStoreError', 'NamespaceError'].includes(error.name);
    return isOurs ? error : unconfirmed(this.options.address, error);
  }
}
