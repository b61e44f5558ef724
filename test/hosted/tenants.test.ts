import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerOf, bearer, call, type Hosted, organizationId, post, startHosted } from "./setup.ts";

const KEYS = ["a", "b"].map((letter) => `inv_${letter.repeat(43)}`);
const CALLS = 500;
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

it("mixes no two organizations up in 500 interleaved calls each, with equal ids of messages and requests", async () => {
  // A customer of each organization's own, by which every answer can be told: its name, and the operation that made it.
  const marks = await Promise.all(
    [0, 1].map(async (index) => {
      const customer = { company: `Mark-${index}`, email: `mark${index}@example.com`, locale: "en" };
      const made = await answerOf(await post(at(index), call("create_customer", customer), bearer(KEYS[index] ?? "")));
      expect(made.result?.isError, made.result?.content[0]?.text).not.toBe(true);
      return [customer.company, customer.email, String(made.result?.structuredContent["operation_id"])] as const;
    }),
  );
  const holds = (text: string, index: number) => (marks[index] ?? []).some((mark) => text.includes(mark));
  const wrong: string[] = [];
  let answered = 0;
  const one = async (number: number) => {
    const index = number % 2;
    // Through the address of none, too: each has one organization alone.
    const url = number % 3 === 0 ? hosted.served.url : at(index);
    const id = Math.floor(number / 2);
    // The API takes few requests a minute; the record has no such limit.
    const asked = number % 200 < 2 ? call("search_customers", { search: "Mark" }, id) : call("list_operations", {}, id);
    const answer = await answerOf(await post(url, asked, { ...bearer(KEYS[index] ?? ""), "x-request-id": "same" }));
    const text = JSON.stringify(answer);
    if (answer.id !== id || holds(text, 1 - index) || !holds(text, index)) wrong.push(text.slice(0, 400));
    answered += 1;
  };
  const queue = Array.from({ length: 2 * CALLS }, (_, number) => number);
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  expect({ wrong, answered }).toEqual({ wrong: [], answered: 2 * CALLS });
}, 60_000);
