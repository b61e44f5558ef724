import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerOf, bearer, call, type Hosted, organizationId, post, startHosted } from "./setup.ts";

const KEYS = ["a", "b"].map((letter) => `inv_${letter.repeat(43)}`);
const CALLS = 1_000;
const AT_A_TIME = 16;

let hosted: Hosted;

beforeAll(async () => {
  hosted = await startHosted({
    keys: KEYS.map((key, index) => ({ name: `team-${index}`, sha256: createHash("sha256").update(key).digest("hex") })),
    tenants: KEYS.map((_key, index) => ({ members: [{ key: `team-${index}` }] })),
    env: {
      INVOICES_HTTP_CALLS_PER_MINUTE: "100000",
      INVOICES_HTTP_CONCURRENT: "64",
      // Believed, as a proxy is that passes its clients' request ids on.
      INVOICES_HTTP_PROXIES: "127.0.0.1",
    },
  });
});
afterAll(() => hosted.close());

const at = (index: number) => `${hosted.served.url}/o/${organizationId(index)}`;

/** What tells an organization's answers from the other's, and what a caller of the other one could try. */
interface Own {
  readonly marks: readonly string[];
  readonly operation: string;
  readonly invoice: string;
  readonly cursor: string;
  readonly statement: string;
}

async function asked(index: number, name: string, args: object): Promise<Record<string, unknown>> {
  const { result } = await answerOf(await post(at(index), call(name, args), bearer(KEYS[index] ?? "")));
  if (result === undefined || result.isError === true) throw new Error(`${name}: ${result?.content[0]?.text}`);
  return result.structuredContent;
}

async function own(index: number): Promise<Own> {
  const company = `Mark-${index}`;
  const email = `mark${index}@example.com`;
  const customer = await asked(index, "create_customer", { company, email, locale: "en" });
  const draft = await asked(index, "create_invoice", { currency: "EUR", calculate_from_net: true, notes: company });
  const page = await asked(index, "list_invoices", { limit: 1 });
  const lines = ["Datum;Name;Betrag;Verwendungszweck", `02.03.2026;${company};12,34;${company} ohne Nummer`];
  return {
    marks: [company, email, String(customer["operation_id"])],
    operation: String(customer["operation_id"]),
    invoice: String(draft["invoice_id"]),
    cursor: String(page["next_cursor"]),
    statement: lines.join("\n"),
  };
}

/** Every hundredth asks the API, which takes few requests a minute; the record has no such limit. */
function question(number: number, id: number, mine: Own, theirs: Own): object {
  const rare = [
    call("search_customers", { search: "Mark" }, id),
    call("list_invoices", { limit: 1, cursor: theirs.cursor }, id),
    call("get_invoice", { invoice_id: theirs.invoice }, id),
    call("send_invoice", { invoice_id: theirs.invoice }, id),
    call("match_payments", { statement: mine.statement }, id),
  ];
  if (id % 100 < rare.length) return rare[id % 100] ?? {};
  switch (number % 5) {
    case 0:
      return call("get_operation", { operation_id: theirs.operation }, id);
    case 1:
      return call("get_operation", { operation_id: mine.operation }, id);
    case 2:
      return { jsonrpc: "2.0", id, method: "resources/read", params: { uri: "operations://today" } };
    case 3:
      return call("get_operation", { operation: 7 }, id);
    default:
      return call("list_operations", {}, id);
  }
}

it(`mixes no two organizations up in ${CALLS} interleaved calls each, with equal ids of messages and requests`, async () => {
  const both = await Promise.all([own(0), own(1)]);
  const wrong: string[] = [];
  let answered = 0;
  let told = 0;
  const one = async (number: number) => {
    const index = number % 2;
    const [mine, theirs] = index === 0 ? both : [both[1], both[0]];
    // Through the address of none, too: each has one organization alone.
    const url = number % 3 === 0 ? hosted.served.url : at(index);
    const id = Math.floor(number / 2);
    const message = question(number, id, mine, theirs);
    const headers = { ...bearer(KEYS[index] ?? ""), "x-request-id": "same" };
    const answer = await answerOf(await post(url, message, headers));
    const text = JSON.stringify(answer);
    // What the caller named itself may come back to it.
    const named = JSON.stringify(message);
    const leaked = theirs.marks.filter((mark) => text.includes(mark) && !named.includes(mark));
    const isTheirs = named.includes("get_operation") && named.includes(theirs.operation);
    if (answer.id !== id || leaked.length > 0 || (isTheirs && answer.result?.isError !== true))
      wrong.push(`${named}: ${text.slice(0, 400)}`);
    if (mine.marks.some((mark) => text.includes(mark))) told += 1;
    answered += 1;
  };
  const queue = Array.from({ length: 2 * CALLS }, (_, number) => number);
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  expect({ wrong, answered }).toEqual({ wrong: [], answered: 2 * CALLS });
  // Its own it was told: an answer without anything would mix nothing up either.
  expect(told).toBeGreaterThan(CALLS);
}, 240_000);
