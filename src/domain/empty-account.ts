/** What people are told of a trading account that holds none of the asset that orders are paid with: deposits land elsewhere. */
export function emptyAccountWords(asset: string): string {
  return `0 ${asset} in the unified account; transfer from Funding`;
}
