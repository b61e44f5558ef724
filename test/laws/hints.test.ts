import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EFFECT_META } from "../../src/toolkit/effect.ts";
import { LONGEST_ANSWER_CHARS } from "../../src/toolkit/host-hints.ts";
import { tools } from "../../src/tools/index.ts";
import { buildCli, type Home, makeHome } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";
import { type Answered, type Bench, startBench, textOf } from "../harness/mcp-tools.ts";
import { keywordSearch, searchesFor } from "./host-search.ts";
import { SEARCH_JOBS } from "./search-jobs.ts";

/** What hosts read from a listed tool's `_meta` (src/toolkit/host-hints.ts). */
const SRC = fileURLToPath(new URL("../../src", import.meta.url));
const SEARCH = "anthropic/searchHint";
const ALWAYS = "anthropic/alwaysLoad";
const SIZE = "anthropic/maxResultSizeChars";
const ASK = "anthropic/requiresUserInteraction";
const listed = tools.map((tool) => ({ ...tool.listing(), effect: tool.effect }));

describe("the hints for hosts", () => {
  it("are these and no others", () => {
    const known = [EFFECT_META, SEARCH, ALWAYS, SIZE, "ui", "ui/resourceUri"];
    for (const { name, _meta } of listed) {
      for (const key of Object.keys(_meta)) expect(known, name).toContain(key);
    }
  });

  it("find each tool by up to sixteen words of its own; the one for views is not to be found", () => {
    const hints = listed.map(({ name, effect, _meta }) => [name, effect, _meta[SEARCH]] as const);
    for (const [name, effect, hint] of hints) {
      if (effect === "answer") expect(hint, name).toBeUndefined();
      else expect(hint, name).toMatch(/^[\p{L}-]+( [\p{L}-]+){2,15}$/u);
    }
    const said = hints.flatMap(([, , hint]) => hint ?? []);
    expect(new Set(said).size).toBe(said.length);
  });

  it.each([
    ["Rechnung schreiben", "prepare_invoice"],
    ["Kunde suchen", "search_customers"],
    ["Kontoauszug abgleichen", "match_payments"],
    ["offene Posten", "review_receivables"],
    ["Rechnung stornieren", "cancel_invoice"],
    ["Rechnung senden", "send_invoice"],
    ["XRechnung herunterladen", "get_document"],
    ["Umsatzsteuer Monat", "review_billing"],
    ["void invoice", "cancel_invoice"],
    ["bank statement reconcile", "match_payments"],
    ["overdue debtors", "review_receivables"],
    ["issue invoice", "send_invoice"],
  ])("lead from “%s” to %s first", (query, tool) => {
    const wanted = query.toLowerCase().split(" ");
    const score = ({ name, description, _meta }: (typeof listed)[number]) => {
      const words = `${name.replaceAll("_", " ")} ${description} ${String(_meta[SEARCH] ?? "")}`
        .toLowerCase()
        .split(/[^\p{L}]+/u);
      return wanted.filter((word) => words.includes(word)).length;
    };
    const best = Math.max(...listed.map(score));
    expect(best).toBe(wanted.length);
    expect(listed.filter((one) => score(one) === best).map(({ name }) => name)).toContain(tool);
  });

  it("bring the right tool with one search for what a person says, in English and German", () => {
    const known = listed.flatMap(({ name, description, inputSchema, effect, _meta }) =>
      effect === "answer"
        ? []
        : [
            {
              name,
              description,
              inputSchema,
              hint: String(_meta[SEARCH]),
              always: _meta[ALWAYS] === true,
            },
          ],
    );
    const missed = SEARCH_JOBS.flatMap(({ en, de, tools: needed }) =>
      [en, de].flatMap((words) =>
        searchesFor(
          keywordSearch,
          known,
          needed.map((tool) => ({ tool, words })),
        ).missed.map((tool) => `${tool}: ${words}`),
      ),
    );
    // "invoice" and "customer" are in the names of ten tools each and outweigh every hint: a second search finds these.
    expect(missed).toEqual([
      "change_recipient: That invoice went to the wrong customer",
      "get_document: Download the PDF of the invoice",
    ]);
    for (const { name } of known)
      expect(
        SEARCH_JOBS.some((job) => job.tools.includes(name)),
        name,
      ).toBe(true);
  });

  it("load at most three from the start, none that cannot be undone", () => {
    const always = listed.filter(({ _meta }) => _meta[ALWAYS] === true);
    expect(always.map(({ name }) => name)).toEqual(["list_invoices", "prepare_invoice", "search_customers"]);
    expect(always.every(({ effect }) => effect === "read" || effect === "draft")).toBe(true);
  });

  it("are read by nothing here", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const naming = files.filter((file) => readFileSync(join(SRC, file), "utf8").includes("anthropic/"));
    expect(naming).toEqual([join("toolkit", "host-hints.ts")]);
  });
});

describe("a host's own question", () => {
  let home: Home;
  beforeAll(() => {
    buildCli();
    home = makeHome();
  }, 60_000);
  afterAll(() => home.remove());

  it.each([
    ["token", true],
    ["auto", false],
  ])("with --confirm %s is asked for: %s; and is no consent", async (confirm, isAsked) => {
    const args = ["--demo", "--confirm", confirm];
    const client = await CLIENTS["sdk 1.x"]({ args, env: home.env({ BROWSER: "none" }), person: "none" });
    try {
      const effects = new Map(listed.map(({ name, effect }) => [name, effect]));
      for (const tool of await client.listTools()) {
        const isCommit = effects.get(String(tool["name"])) === "commit";
        const expected = isAsked && isCommit ? { [ASK]: true } : {};
        expect(tool["_meta"], String(tool["name"])).toMatchObject(expected);
        if (!isAsked || !isCommit) expect(tool["_meta"]).not.toHaveProperty([ASK]);
      }
      const sent = await client.callTool("list_invoices", { status: "sent", kind: "invoice", limit: 1 });
      const invoice_id = `#${/#(\S+) /.exec(sent.text)?.[1]}`;
      // Whatever the host asked its person before it let this through, it does not count.
      const answer = await client.callTool("mark_paid", { invoice_id });
      expect(answer.structured).toMatchObject({ outcome: "approval_required" });
      const after = await client.callTool("get_invoice", { invoice_id });
      expect(after.structured).toMatchObject({ invoice: { status: "sent" } });
    } finally {
      await client.close();
    }
  });
});

describe("the size of an answer", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench({ many: 400 });
  });
  afterAll(() => bench.close());

  it("is at most what is said, for the largest documents, lists and statements", async () => {
    const long = (count: number) => "Beratung ".repeat(30).slice(0, 170).trim().concat(` ${count}`);
    const items = Array.from({ length: 90 }, (_, at) => ({
      title: long(at),
      subtitle: long(at),
      quantity: 1,
      tax_rate: 19,
      single_net_amount: 10 + at,
    }));
    // A job longer than a call goes on where it stopped; the API takes 95 writes a minute.
    const prepare = async (): Promise<Answered> => {
      bench.clock.advance(60_000);
      const answer = await bench.call("prepare_invoice", { customer: "181227", currency: "EUR", items });
      return answer.structured["outcome"] === "partial" || answer.isError ? prepare() : answer;
    };
    const draft = await prepare();
    const invoice_id = textOf(draft, "invoice_id");
    const line = { title: long(100), quantity: 1, tax_rate: 19, single_net_amount: 5 };
    const rows = Array.from({ length: 60 }, (_, at) => `12.11.2026;${long(at)} RE 2026-00${at + 10};${at + 1},83`);
    const sizes: Record<string, number> = { prepare_invoice: size(draft) };
    for (const [name, args] of [
      ["add_item", { invoice_id, ...line }],
      ["update_item", { invoice_id, line: 1, title: long(101) }],
      ["update_invoice", { invoice_id, notes: long(1) }],
      ["get_invoice", { invoice_id }],
      ["copy_invoice", { invoice_id }],
      ["list_invoices", { limit: 50 }],
      ["search_customers", { search: "e", limit: 50 }],
      ["list_operations", { limit: 50 }],
      ["review_receivables", { limit: 50 }],
      ["review_billing", { limit: 50, documents: true }],
      ["match_payments", { statement: ["Datum;Text;Betrag", ...rows].join("\n"), currency: "EUR", limit: 50 }],
    ] as const) {
      bench.clock.advance(60_000);
      sizes[name] = size(await bench.ok(name, args));
    }
    for (const [name, chars] of Object.entries(sizes)) {
      const said = listed.find((one) => one.name === name)?._meta[SIZE];
      // What a host takes without being told, cautiously.
      expect(chars, name).toBeLessThanOrEqual(said === undefined ? 25_000 : LONGEST_ANSWER_CHARS);
    }
  }, 180_000);
});

const size = ({ text, structured }: { readonly text: string; readonly structured: object }) =>
  text.length + JSON.stringify(structured).length;
