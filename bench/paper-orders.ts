import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * When the paper venue accepted its newest orders, by client order id, milliseconds UTC on this machine's clock. The
 * venue's own book is asked, after the measurement and not during it.
 *
 * @param count the newest so many
 * @throws CliError when the venue does not answer
 */
export async function readAcceptedTimes(venueUrl: string, count: number): Promise<ReadonlyMap<string, number>> {
  const url = `${venueUrl}/paper/orders?limit=${count}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }).catch((error: unknown) => {
    throw new CliError(`The paper venue does not answer at ${url}: ${String(error)}.`, ExitCode.FAILURE);
  });
  if (!response.ok) throw new CliError(`The paper venue answered HTTP ${response.status} at ${url}.`, ExitCode.FAILURE);
  const { orders } = (await response.json()) as {
    readonly orders: readonly { readonly orderLinkId: string; readonly createdTime: string }[];
  };
  return new Map(orders.map(({ orderLinkId, createdTime }) => [orderLinkId, Number(createdTime)]));
}
