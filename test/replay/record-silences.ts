import type { LookUpAnswer } from '../../src/domain/market';
import { cancelUpdate, settleUpdate } from '../../src/messages/signal';
import { eventually, type TestEngine } from '../support/engine';

/** Look-ups that meet silence: enough that a second request to cancel, or a second word, would show in the history. */
const SILENT_LOOK_UPS = 3;
/** A resting order's look-ups, one a second: longer than other orders may stay unseen before somebody is told. */
const SILENT_LOOK_UPS_OF_RESTING = 5;

/** How many look-ups were answered with silence so far. */
interface Silence {
  count(): number;
  end(): void;
}

/** From now on, until it ends, no look-up is answered: neither by the venue, nor by what is remembered of a resting order. */
function silence({ parts: { pacedVenue, stream } }: TestEngine): Silence {
  const lookUpOrder = pacedVenue.lookUpOrder.bind(pacedVenue);
  const recall = stream.resting.recall.bind(stream.resting);
  stream.resting.recall = () => undefined;
  let count = 0;
  pacedVenue.lookUpOrder = async (): Promise<LookUpAnswer> => {
    count += 1;
    return { status: 'unavailable', outcome: { kind: 'UNKNOWN', message: 'The recorder keeps the answer.' } };
  };
  return {
    count: () => count,
    end: () => {
      pacedVenue.lookUpOrder = lookUpOrder;
      stream.resting.recall = recall;
    },
  };
}

/** What needs a venue that answers no look-up for a while. */
export class SilentScenes {
  constructor(private readonly engine: TestEngine) {}

  /** A person's word is there before the venue speaks. @param submit an order that never reaches the venue */
  async wordBeforeAnAnswer(submit: () => Promise<string>): Promise<string> {
    const silent = silence(this.engine);
    const fingerprint = await submit();
    await eventually(async () => this.engine.alerts.some((text) => text.includes(`signal settle ${fingerprint}`)));
    const word = { filledQuantity: '0', reason: 'the recorder looked' };
    await this.engine.parts.client.workflow.getHandle(fingerprint).executeUpdate(settleUpdate, { args: [word] });
    await this.afterLookUps(silent, SILENT_LOOK_UPS, fingerprint);
    silent.end();
    return fingerprint;
  }

  /** An order that rests does not show for a while, and shows again. */
  async unseenForAWhile(fingerprint: string): Promise<string> {
    const silent = silence(this.engine);
    await this.afterLookUps(silent, SILENT_LOOK_UPS_OF_RESTING, fingerprint);
    silent.end();
    return this.cancel(fingerprint);
  }

  /** The venue takes the request to cancel, and does not show what came of it. */
  async cancelNotShown(fingerprint: string): Promise<string> {
    const silent = silence(this.engine);
    await this.cancel(fingerprint);
    await this.afterLookUps(silent, SILENT_LOOK_UPS, fingerprint);
    silent.end();
    return fingerprint;
  }

  private async cancel(fingerprint: string): Promise<string> {
    const handle = this.engine.parts.client.workflow.getHandle(fingerprint);
    await handle.executeUpdate(cancelUpdate, { args: ['the recorder asked'] });
    return fingerprint;
  }

  private async afterLookUps(silent: Silence, more: number, fingerprint: string): Promise<void> {
    const enough = silent.count() + more;
    const hasEnded = async (): Promise<boolean> => (await this.engine.intake.show(fingerprint))?.outcome !== undefined;
    await eventually(async () => silent.count() >= enough || (await hasEnded()));
  }
}
