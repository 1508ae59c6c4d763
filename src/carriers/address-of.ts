import type { CarrierConfig } from './config.ts';

/** Where a carrier is called, whatever it speaks: two that are equal lead to the same place. */
export function addressOf(config: CarrierConfig): string {
  return config.kind === 'smpp' ? `${config.host}:${config.port}` : config.request.url;
}
