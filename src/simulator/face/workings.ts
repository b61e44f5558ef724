import { html } from "hono/html";
import type { Fault } from "../faults.ts";
import type { RecordedRequest } from "../listener.ts";
import { SWITCH_NAMES, SWITCHES } from "../switches.ts";
import { TIME_ZONE } from "../world.ts";
import type { Markup, Seen } from "./page.ts";
import { type Words, when } from "./words.ts";

/** Faults that people want to see once, ready to set; every other one by `POST /_simulator/faults`. */
const PRESETS: Readonly<Record<keyof Words["preset"], Fault>> = {
  lost: { kind: "reset_after", method: "POST", path: "/invoices/*/send" },
  refused: { kind: "reset_before", method: "POST" },
  failed: { kind: "status_after", status: 500, method: "POST" },
  busy: { kind: "status_before", status: 429, retry_after: 5, method: "GET", times: 3 },
  slow: { kind: "latency", ms: 2_000, times: 10 },
  twice: { kind: "duplicate", method: "POST" },
};
const PRESET_NAMES = ["lost", "refused", "failed", "busy", "slow", "twice"] as const;
const SHOWN_REQUESTS = 50;
const DAY_MS = 86_400_000;

/** How this API behaves now and what arrived: switches, faults, clock, requests. */
export function workings({ world, faults, requests }: Seen, words: Words): Markup {
  const set = faults.all();
  const now = world.switches();
  // What was changed stands first.
  const switches = SWITCH_NAMES.map((name) => [name, now[name]] as const).sort(
    ([a, one], [b, other]) => Number(other !== SWITCHES[b].default) - Number(one !== SWITCHES[a].default),
  );
  const button = (label: string, path: string, method: string, body?: object) =>
    html`<button type="button" data-path="${path}" data-method="${method}"${body === undefined ? "" : html` data-body="${JSON.stringify(body)}"`}>${label}</button>`;
  return html`<h1>${words.nav.workings}</h1>
<section class="box"><h2>${words.faults}</h2><p class="soft">${words.faultsHint}</p>${
    set.length === 0
      ? html`<p>${words.noFaults}</p>`
      : html`<ul class="rows">${set.map((fault) => html`<li><code>${JSON.stringify(fault)}</code></li>`)}</ul>`
  }<div class="buttons">${PRESET_NAMES.map((name) => button(words.preset[name], "faults", "POST", PRESETS[name]))}${
    set.length === 0 ? "" : button(words.clearFaults, "faults", "DELETE")
  }</div></section>
<section class="box"><h2>${words.moveClock}</h2><div class="buttons">${[1, 14, 30].map((days) =>
    button(words.days(days), "clock", "POST", { advance_ms: days * DAY_MS }),
  )}</div></section>
<section class="box"><h2>${words.requests}</h2>${requestRows(requests().slice(-SHOWN_REQUESTS).reverse(), words)}</section>
<section class="box"><h2>${words.switches}</h2><p class="soft">${words.switchesHint}</p><ul class="rows">${switches.map(
    ([name, value]) => switchRow(name, SWITCHES[name], value, words),
  )}</ul></section>`;
}

function switchRow(
  name: string,
  { values, sentence, default: assumed }: { values: readonly string[]; sentence: string; default: string },
  value: string,
  words: Words,
): Markup {
  return html`<li class="switch"><div><label for="switch-${name}"><code>${name}</code>${value === assumed ? "" : html` <span class="is">${words.changed}</span>`}</label><span lang="en">${sentence}</span></div>
<select id="switch-${name}" data-switch="${name}">${values.map(
    (one) => html`<option${one === value ? html` selected` : ""}>${one}</option>`,
  )}</select></li>`;
}

function requestRows(requests: readonly RecordedRequest[], words: Words): Markup {
  if (requests.length === 0) return html`<p class="soft">${words.noRequests}</p>`;
  return html`<ul class="rows">${requests.map(({ method, path, query, body, at }) => {
    const head = html`<code>${method} ${path}${query === "" ? "" : `?${safeDecoded(query)}`}</code> <span class="soft day">${when(at, words, TIME_ZONE)}</span>`;
    return html`<li>${body === "" ? head : html`<details><summary>${head}</summary><pre>${body}</pre></details>`}</li>`;
  })}</ul>`;
}

function safeDecoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}
