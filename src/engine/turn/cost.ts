import type { Endpoint } from "../../domain/endpoint.ts";

/**
 * US dollars of one model call by the prices a human set; null where no price is known. What the endpoint did not count is
 * given as it was estimated: a call that was cut is paid for, too, and a budget has to see it.
 */
export function costOf(
  endpoint: Endpoint,
  model: string,
  tokensIn: number | null,
  tokensOut: number | null,
): number | null {
  const { price_in, price_out } = endpoint.models.find((m) => m.id === model) ?? {};
  if ((price_in == null && price_out == null) || tokensIn === null || tokensOut === null) return null;
  return (tokensIn * (price_in ?? 0) + tokensOut * (price_out ?? 0)) / 1_000_000;
}
