import { html, raw } from "hono/html";
import type { FaultList } from "../faults.ts";
import type { RecordedRequest } from "../listener.ts";
import { SELLER } from "../resources.ts";
import { TIME_ZONE, type World } from "../world.ts";
import { SCRIPT, STYLE } from "./assets.ts";
import { type Words, when } from "./words.ts";

/** What the pages look at. */
export interface Seen {
  readonly world: World;
  readonly faults: FaultList;
  requests(): readonly RecordedRequest[];
}

export type Markup = ReturnType<typeof html>;
export type Place = keyof Words["nav"];
const PLACES = ["", "invoices", "customers", "mails", "workings"] as const satisfies readonly Place[];

/** One page around `main`. Every value in it is escaped by `html`; only the two constants of this house are not. */
export function page({ world }: Seen, words: Words, place: Place, title: string, main: Markup): Markup {
  return html`<!doctype html>
<html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · ${SELLER.trading_name}</title><link rel="icon" href="data:,"><style>${raw(STYLE)}</style></head>
<body><header><div class="band"><span>${words.nothingReal}</span>
<span id="clock">${words.clock}: ${when(new Date(world.now()).toISOString(), words, TIME_ZONE)}</span></div>
<p class="firm"><strong>${SELLER.name}</strong></p>
<nav aria-label="${words.navigation}"><ul>${PLACES.map(
    (one) =>
      html`<li><a href="/_simulator${one === "" ? "" : `/${one}`}"${one === place ? html` aria-current="page"` : ""}>${words.nav[one]}</a></li>`,
  )}</ul></nav></header>
<main>${main}</main><script>${raw(SCRIPT)}</script></body></html>`;
}
