import { sendOnce, type Timeouts } from "../api/connection.ts";
import type { ProxySettings } from "../api/proxy.ts";
import { NoticeError } from "./mail.ts";

/** Posts a text to the incoming webhook of a chat. Rejects with a `NoticeError`. */
export type PostText = (url: URL, text: string) => Promise<void>;

const TIMEOUTS: Timeouts = { connect_ms: 5_000, response_ms: 10_000, body_ms: 5_000 };
const MOST_BYTES = 65_536;

/** With the one field that Slack, Mattermost, Rocket.Chat and Google Chat have in common. Redirects are not followed. */
export function createWebhook(proxy: ProxySettings | null): PostText {
  return async ({ origin, pathname, search }, text) => {
    const body = JSON.stringify({ text });
    const request = {
      method: "POST",
      origin,
      target: `${pathname}${search}`,
      headers: { "content-type": "application/json" },
      body,
    } as const;
    const exchange = await sendOnce(request, TIMEOUTS, MOST_BYTES, () => true, undefined, proxy);
    if (exchange.kind !== "answered") throw new NoticeError(exchange.reason);
    const { status } = exchange.answer;
    if (status < 200 || status > 299) throw new NoticeError(`answered ${status}`);
  };
}
