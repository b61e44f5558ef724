import { expect } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { type Answered, type Bench, listOf, part, textOf } from "../harness/mcp-tools.ts";
import { violation } from "./schemas.ts";

/** Field names that the text says in other words or leaves out because it is the normal case. */
const SAID_OTHERWISE = new Set(["kind", "calculate_from_net", "effect", "code", "ok", "outcome"]);

/** Values of the structure that the text does not hold: a host that shows only the text would lose them. */
export function missingInText(structured: unknown, text: string, path = ""): string[] {
  if (Array.isArray(structured)) return structured.flatMap((one, at) => missingInText(one, text, `${path}[${at}]`));
  if (isJsonObject(structured)) {
    return Object.entries(structured).flatMap(([key, value]) =>
      SAID_OTHERWISE.has(key) || (key === "total" && value === 0)
        ? []
        : missingInText(value, text, path === "" ? key : `${path}.${key}`),
    );
  }
  if (typeof structured !== "string" && typeof structured !== "number") return [];
  // Several lines stand below each other, each behind a bar.
  if (typeof structured === "string" && structured.includes("\n")) {
    return structured.split("\n").flatMap((line, at) => missingInText(line, text, `${path}:${at}`));
  }
  return plain(text).includes(plain(String(structured))) ? [] : [`${path}: ${structured}`];
}

/** Days, ids, amounts and quotations of the text that the structure does not hold: a model that is shown the structure alone would lose them. */
export function missingInStructure(structured: unknown, text: string): string[] {
  // The lines of an address stand on one line of the text.
  const held = plain(["\n", ", "].map((between) => leaves(structured).join(between)).join("\n"));
  const told = text.matchAll(
    /\d{4}-\d{2}-\d{2}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|-?\d[\d,]*\.\d{2}\b|"[^"\n]{2,}"|«[^»\n]+»/g,
  );
  return [...told].map(([one]) => plain(one.replace(/^["«]|["»]$/g, ""))).filter((one) => !held.includes(one));
}

function leaves(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (isJsonObject(value)) return Object.values(value).flatMap(leaves);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

// Texts show amounts as people write them (1,785.00) and quoted names with single quotes inside.
function plain(words: string): string {
  return words.replaceAll('"', "'").replaceAll(/(?<=\d),(?=\d{3})/g, "");
}

/** Lines that an answer says twice. */
export function saidTwice(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line, at) => line.length > 25 && lines.indexOf(line) < at);
}

/** What holds for every answer of every tool. */
export function expectWellFormed(tool: Tool, answer: Answered): void {
  const { outputSchema } = tool.listing();
  expect(violation(outputSchema, answer.structured), JSON.stringify(answer.structured)).toBeNull();
  expect(answer.text.trim()).not.toBe("");
  expect(answer.text).not.toMatch(answer.isError ? /undefined|\[object / : /undefined|\[object |NaN|Infinity/);
  expect(missingInText(answer.structured, answer.text).join("; "), answer.text).toBe("");
  expect(missingInStructure(answer.structured, answer.text).join("; "), JSON.stringify(answer.structured)).toBe("");
  expect(saidTwice(answer.text), answer.text).toEqual([]);
  const error = answer.structured["error"];
  expect(isJsonObject(error)).toBe(answer.isError);
  if (isJsonObject(error)) {
    expect(String(error["message"]).length).toBeGreaterThan(5);
    expect(String(error["message"]).length).toBeLessThanOrEqual(2_000);
    expect(String(error["next"]).length).toBeGreaterThan(5);
    // `isError` says that nothing happened, and nothing else does.
    expect(error["effect"]).toBe("none");
    expect(answer.text).toMatch(/Nothing was|Nothing is/);
  }
}

/** A new draft of the seeded firm, with one line unless told otherwise. */
export async function freshDraft(bench: Bench, lines = 1, customer_id = "181227"): Promise<string> {
  made += 1;
  const created = await bench.ok("create_invoice", {
    currency: "EUR",
    calculate_from_net: true,
    customer_id,
    notes: `Entwurf ${made}`,
  });
  const invoice_id = textOf(created, "invoice_id");
  for (let line = 1; line <= lines; line += 1) {
    await bench.ok("add_item", {
      invoice_id,
      title: `Leistung ${made}.${line}`,
      quantity: 2,
      tax_rate: 19,
      single_net_amount: 50,
    });
  }
  return invoice_id;
}
let made = 0;

/** Id of a draft's first line. */
export async function firstItem(bench: Bench, draft: string): Promise<string> {
  const read = await bench.ok("get_invoice", { invoice_id: draft });
  const [item] = listOf({ ...read, structured: part(read, "invoice") }, "items");
  if (typeof item?.["id"] !== "string") throw new Error("the draft has no line");
  return item["id"];
}

/** Id of the newest seeded document of a status. */
export async function anyInvoice(bench: Bench, filter: Readonly<Record<string, unknown>>): Promise<string> {
  const listed = await bench.ok("list_invoices", { ...filter, response_format: "detailed", limit: 1 });
  const id = listOf(listed, "invoices")[0]?.["id"];
  if (typeof id !== "string") throw new Error(`no invoice: ${JSON.stringify(filter)}`);
  return id;
}

/** Id of an operation whose outcome nobody knows: the request was reset and nothing can be found. */
export async function openOperation(bench: Bench): Promise<string> {
  bench.simulator.faults.add({ kind: "reset_before", method: "POST", path: "/customers" });
  made += 1;
  const answer = await bench.ok("create_customer", { email: `unknown-${made}@example.com`, locale: "de" });
  return textOf(answer, "operation_id");
}

/** The documentation's examples name invented ids; these are the seeded firm's. */
export async function runnable(
  bench: Bench,
  example: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const raw = JSON.stringify(example);
  const text = raw
    .replaceAll("#2026-0012", "#RE-2026-0012")
    .replaceAll(/op_0{20,}/g, raw.includes("op_0") ? await openOperation(bench) : "")
    .replaceAll('"1041"', '"181227"')
    .replaceAll('"October"', '"Lesereihe"')
    .replaceAll('"amount":1785', '"amount":1149.61')
    .replaceAll("5f0c2f5e-6c0e-4d55-8a4b-0d7f6a3c9e01", "c1a5e0d2-1111-4b0e-9a51-6f2d3c4b5a01");
  const draft = text.includes("draft-id") ? await freshDraft(bench) : "";
  const item = text.includes("item-id") ? await firstItem(bench, draft) : "";
  const parsed: unknown = JSON.parse(text.replaceAll("draft-id", draft).replaceAll("item-id", item));
  if (!isJsonObject(parsed)) throw new Error("an example is an object");
  return parsed;
}
