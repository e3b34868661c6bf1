import { ModelError } from './errors';
import type { DescribedModel } from './model-metadata';
import { describeDifference, differenceOf } from './parity';
import { runWindows, windowOf } from './run-batch';
import { plainWords, providerRefusal } from './runtime-words';
import { RuntimeFailure, type ThreadHost } from './thread-host';

export const CPU = 'cpu';
/** In the list of providers: the model does not run at all rather than on the processor. */
export const NO_CPU = 'no-cpu';

export interface RefusedProvider {
  readonly provider: string;
  /** Without a point at its end. */
  readonly reason: string;
}

export interface Choice {
  readonly provider: string;
  readonly refused: readonly RefusedProvider[];
}

/**
 * The first provider that answers as the processor does. One is tried at a time: the runtime takes none of a list of which it lacks
 * the first.
 *
 * @param wanted in order; the processor comes last unless NO_CPU stands among them
 * @param expected what the processor answered; its session is closed when it is not needed
 * @throws ModelError EXECUTION_PROVIDER_UNAVAILABLE
 */
export async function chooseProvider(
  host: ThreadHost,
  model: DescribedModel,
  wanted: readonly string[],
  expected: readonly Float32Array[],
): Promise<Choice> {
  const refused: RefusedProvider[] = [];
  const names = wanted.filter((name) => name !== NO_CPU);
  for (const provider of wanted.includes(NO_CPU) ? names.filter((name) => name !== CPU) : [...names, CPU]) {
    if (provider === CPU) return { provider, refused };
    const reason = await faultOfProvider(host, model, provider, expected);
    if (reason === undefined) {
      await host.release(CPU);
      return { provider, refused };
    }
    refused.push({ provider, reason });
  }
  const reasons = refused.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ');
  throw new ModelError(
    'EXECUTION_PROVIDER_UNAVAILABLE',
    `The model cannot run here (${reasons}), and ml.executionProviders says ${NO_CPU}`,
    { advice: `mend that, or take ${NO_CPU} out of ml.executionProviders` },
  );
}

/** @returns undefined when it answers as the processor does; its session is open then */
async function faultOfProvider(
  host: ThreadHost,
  model: DescribedModel,
  provider: string,
  expected: readonly Float32Array[],
): Promise<string | undefined> {
  try {
    await host.open(provider, model.content);
  } catch (error) {
    if (error instanceof RuntimeFailure) return providerRefusal(error.message);
    throw error;
  }
  let fault: string;
  try {
    const difference = differenceOf(
      model.metadata.outputs,
      await runWindows({ host, provider }, model, [windowOf(model)]),
      expected,
    );
    if (difference.isWithin) return undefined;
    fault = `it answers otherwise than the processor: ${describeDifference(difference)}`;
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    fault = plainWords(error.message);
  }
  await host.release(provider);
  return fault;
}
