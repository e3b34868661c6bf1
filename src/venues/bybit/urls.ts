export const BYBIT_URLS = { live: 'https://api.bybit.com', testnet: 'https://api-testnet.bybit.com' } as const;
