import { createHash } from "node:crypto";

export const STYLE = `:root{color-scheme:light dark;--ground:#f4f3f0;--paper:#fff;--ink:#1c1b19;--soft:#5f5c57;--line:#dedad3;--edge:#8b867e;--accent:#1f5c4a;--on:#fff;--amber:#7a4a00;--wash:#fdf4e1;--ring:#1a62c9}
@media(prefers-color-scheme:dark){:root{--ground:#141513;--paper:#20211f;--ink:#eeece7;--soft:#aba79f;--line:#373834;--edge:#8a877f;--accent:#8ed2b8;--on:#0c211a;--amber:#f0c878;--wash:#2d2615;--ring:#86b6ff}}
*{box-sizing:border-box;margin:0;padding:0}
html{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--ground)}
body{max-width:68rem;margin:0 auto;padding:0 1rem 3rem;overflow-wrap:anywhere}
a{color:var(--accent)}:focus-visible{outline:2px solid var(--ring);outline-offset:2px}
h1{font-size:1.35rem;line-height:1.3;letter-spacing:-.015em}h2{font-size:1rem;margin:0 0 .6rem}
.band{background:var(--wash);color:var(--amber);margin:0 -1rem;padding:.4rem 1rem;font-size:.87rem;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem}
.firm{padding:1.1rem 0 .6rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.2rem;border-bottom:1px solid var(--line);margin-bottom:1rem}
nav a{display:block;padding:.35rem 0;color:var(--soft);text-decoration:none;border-bottom:2px solid transparent}
nav a:hover{color:var(--ink)}nav a[aria-current]{color:var(--ink);border-color:var(--accent);font-weight:600}
main{display:grid;gap:1rem}main>*{min-width:0}
.box{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.6rem}
.tiles a{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:.6rem .9rem;text-decoration:none;color:inherit}
.tiles b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums;line-height:1.2}.tiles span,.soft,dt,th,caption,label{color:var(--soft);font-size:.85rem;font-weight:400}
table{border-collapse:collapse;width:100%}caption{text-align:left;padding-bottom:.3rem}
th,td{text-align:left;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}tr:last-child>td{border-bottom:0}
.n{text-align:right;padding:.4rem 0 .4rem .9rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.day{white-space:nowrap;font-variant-numeric:tabular-nums}
.state{border:1px solid var(--line);border-radius:99px;padding:0 .55rem;font-size:.8rem;white-space:nowrap}.overdue{color:var(--amber);border-color:currentColor;font-weight:600}
.scroll{overflow-x:auto}td,th{overflow-wrap:break-word}
ul.rows{list-style:none}ul.rows>li{padding:.55rem 0;border-top:1px solid var(--line)}ul.rows>li:first-child{border-top:0;padding-top:0}
.line{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem}
pre{white-space:pre-wrap;font:inherit;margin-top:.4rem}code{font-size:.87rem}
.sheet,.after{max-width:52rem}.after h2{margin-top:1rem}.after .buttons{margin:0}.sheet{padding:2rem clamp(1rem,5vw,3rem)}
.sheet header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:1rem 2rem}
.sheet .from{font-size:.85rem;color:var(--soft);text-align:right}
.sheet address{font-style:normal;white-space:pre-line}.sheet h1{margin:1.6rem 0 .8rem}
.narrow{display:none}.missing{font-style:italic;color:var(--soft)}
dl.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin-bottom:1rem}
dl.sums{margin:.8rem 0 0 auto;max-width:20rem;font-variant-numeric:tabular-nums}dl.sums div{display:flex;justify-content:space-between;gap:1rem}
dl.sums .gross{border-top:2px solid;margin-top:.3rem;padding-top:.4rem;font-weight:650;font-size:1.2rem;align-items:baseline}
.notes{white-space:pre-line;border-top:1px solid var(--line);margin-top:1rem;padding-top:.7rem;font-size:.9rem}
form.find{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end}
input,select,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:8px;padding:.35rem .7rem;min-height:2.4rem}
input,select,button{max-width:100%}form.find>div{min-width:0}button{cursor:pointer}label{display:block}.buttons{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.7rem}
.switch{display:grid;grid-template-columns:1fr auto;gap:0 1rem;align-items:center}.switch .is{color:var(--amber);font-weight:600}
@media(max-width:40rem){.sheet .from{text-align:left}.switch{grid-template-columns:minmax(0,1fr)}.narrow{display:block}.later{display:none}
.list,.list tbody{display:block}.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.list tr{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;border-bottom:1px solid var(--line);padding:.55rem 0}.list tr:last-child{border:0}
.list td{border:0;padding:0}.list td:nth-child(2){flex:1 0 100%;order:1}.list td:nth-child(3){order:2}}
@media print{.band,.firm,nav,.after{display:none}.box{border:0;padding:0}html{background:#fff}}`;

/**
 * Keeps the page as it is on the server, and sends what a person sets. The server's markup is parsed into a document of its
 * own and only moved over; what was open, focused or being chosen stays.
 */
export const SCRIPT = `"use strict";
const open = () => [...document.querySelectorAll("details[open][id]")].map(({ id }) => id);
const focused = () => {
  const { activeElement: active } = document;
  const details = active?.tagName === "SUMMARY" ? active.parentElement : null;
  if (details?.id) return "#" + CSS.escape(details.id) + ">summary";
  if (active?.id) return "#" + CSS.escape(active.id);
  return active?.matches("main a") ? "main a[href='" + CSS.escape(active.getAttribute("href")) + "']" : null;
};
async function refresh() {
  if (document.hidden || /^(SELECT|INPUT)$/.test(document.activeElement?.tagName ?? "")) return;
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of ["#clock", "main"]) {
    const [now, next] = [document.querySelector(part), fresh.querySelector(part)];
    const [kept, focus] = [open(), focused()];
    for (const id of kept) next?.querySelector("#" + CSS.escape(id))?.setAttribute("open", "");
    if (now === null || next === null || now.innerHTML === next.innerHTML) continue;
    now.replaceChildren(...next.childNodes);
    if (focus !== null) document.querySelector(focus)?.focus({ preventScroll: true });
  }
}
async function send(path, method, body) {
  await fetch("/_simulator/" + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  document.activeElement?.blur();
  await refresh();
}
document.addEventListener("change", ({ target }) => {
  if (target.dataset.switch !== undefined) void send("switches", "PATCH", JSON.stringify({ [target.dataset.switch]: target.value }));
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button[data-path]");
  if (button) void send(button.dataset.path, button.dataset.method, button.dataset.body);
});
setInterval(() => void refresh().catch(() => undefined), 2000);
`;

const hash = (text: string) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

export const CSP = [
  "default-src 'none'",
  `script-src ${hash(SCRIPT)}`,
  `style-src ${hash(STYLE)}`,
  "img-src data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
