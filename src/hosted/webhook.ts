import type { ProxySettings } from "../api/proxy.ts";
import { NoticeError } from "./mail.ts";
import { postJson } from "./post-json.ts";

/** Posts a text to the incoming webhook of a chat. Rejects with a `NoticeError`. */
export type PostText = (url: URL, text: string) => Promise<void>;

/** With the one field that Slack, Mattermost, Rocket.Chat and Google Chat have in common. */
export function createWebhook(proxy: ProxySettings | null): PostText {
  return async (url, text) => {
    const exchange = await postJson(url, { text }, proxy);
    if (exchange.kind !== "answered") throw new NoticeError(exchange.reason);
    const { status } = exchange.answer;
    if (status < 200 || status > 299) throw new NoticeError(`answered ${status}`);
  };
}
