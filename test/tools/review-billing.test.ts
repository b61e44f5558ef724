import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "../../src/api/port.ts";
import { downloadsTo } from "../../src/documents/folder.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { decimal, sum, zero } from "../../src/domain/money.ts";
import { type Answered, type Bench, callTool, listOf, part, startBench } from "../harness/mcp-tools.ts";

const YEAR = { from: "2025-01-01", to: "2026-12-31" };
const folder = mkdtempSync(join(tmpdir(), "billing-"));
let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

/** Every document of the account, read page by page without the tool. */
async function everything(): Promise<Invoice[]> {
  const all: Invoice[] = [];
  let page: Page<Invoice>;
  let number = 1;
  do {
    page = await bench.deps.api.listInvoices({ page: number, page_size: 30, include_items: true });
    all.push(...page.items);
    number += 1;
  } while (number <= (page.last_page ?? 1));
  return all;
}

const totals = (answer: Answered) => listOf(answer, "totals").map((row) => [row["currency"], row["gross"]]);

describe("review_billing", () => {
  it("has the sums of the books", async () => {
    const answer = await bench.ok("review_billing", YEAR);
    const counted = (await everything()).filter(({ is_quote, status }) => !is_quote && status !== "draft");
    for (const currency of ["EUR", "CHF"]) {
      const own = counted.filter((invoice) => invoice.currency === currency);
      expect(listOf(answer, "totals")).toContainEqual({
        currency,
        net: sum(own.map((invoice) => invoice.net_amount ?? zero)).toFixed(2),
        tax: sum(own.map((invoice) => invoice.tax_amount ?? zero)).toFixed(2),
        gross: sum(own.map((invoice) => invoice.total ?? zero)).toFixed(2),
        documents: own.length,
        open: sum(
          own
            .filter(({ status, is_cancellation }) => status === "sent" && !is_cancellation)
            .map(({ total }) => total ?? zero),
        ).toFixed(2),
      });
    }
    expect(answer.structured["complete"]).toBe(true);
    for (const key of ["taxes", "months"]) {
      const eur = listOf(answer, key).filter((row) => row["currency"] === "EUR");
      const whole = listOf(answer, "totals").find((row) => row["currency"] === "EUR");
      expect(sum(eur.map((row) => decimal(String(row["tax"])))).toFixed(2)).toBe(whole?.["tax"]);
    }
  });

  it("looks at this month and at one customer", async () => {
    expect((await bench.ok("review_billing", {})).structured["period"]).toBe("2026-03-01 to 2026-03-10");
    const answer = await bench.ok("review_billing", { ...YEAR, customer_id: "181227", documents: true });
    expect(listOf(answer, "customers")).toHaveLength(1);
    expect(answer.text).toMatch(/#RE-\S+: net .* tax .* = /);
  });

  it("changes nothing and asks for a page once", async () => {
    const traffic = await bench.traffic(() => bench.ok("review_billing", YEAR));
    expect(traffic.every((line) => line.startsWith("GET /invoices?"))).toBe(true);
    expect(new Set(traffic).size).toBe(traffic.length);
    expect(bench.simulator.effects()).toEqual([]);
  });

  it("refuses a period that ends before it begins", async () => {
    const answer = await bench.refused("review_billing", { from: "2026-03-02", to: "2026-03-01" });
    expect(part(answer, "error")["code"]).toBe("invalid_input");
  });

  it("saves the table where the owner allowed a folder, and says so before reading where not", async () => {
    const traffic = await bench.traffic(() => bench.refused("review_billing", { ...YEAR, save_csv: true }));
    expect(traffic).toEqual([]);
    const deps = { ...bench.deps, downloads: downloadsTo(folder) };
    const answer = await callTool(deps, bench.clock, "review_billing", { ...YEAR, save_csv: true }, null);
    const rows = readFileSync(String(answer.structured["path"]), "utf8").trim().split("\r\n");
    const counted = listOf(answer, "taxes").reduce((all, row) => all + Number(row["documents"]), 0);
    expect(rows).toHaveLength(counted + 1);
  });
});

describe("a list that is longer than one call may read", () => {
  const MANY = 13_000;
  let large: Bench;
  beforeAll(async () => {
    large = await startBench({ seed: "empty", many: MANY, speed: 1 });
  });
  afterAll(() => large.close());

  it("says that it is a part, goes on, and ends in the sums of the whole", async () => {
    let answer = await large.ok("review_billing", YEAR);
    expect(answer.structured["complete"]).toBe(false);
    expect(answer.text).toContain("A PART ONLY");
    const first = Number(listOf(answer, "totals")[0]?.["documents"]);
    for (let calls = 1; answer.structured["complete"] !== true; calls += 1) {
      expect(calls).toBeLessThan(6);
      large.clock.advance(60_000);
      answer = await large.ok("review_billing", { ...YEAR, cursor: answer.structured["cursor"] });
    }
    const [total] = listOf(answer, "totals");
    // Every fourth is a draft.
    expect(total?.["documents"]).toBe((MANY * 3) / 4);
    expect(first).toBeLessThan((MANY * 3) / 4);
    expect(totals(answer)).toHaveLength(1);
  }, 120_000);

  it("begins anew, and says so, when the cursor was for another question or is too old", async () => {
    const answer = await large.ok("review_billing", { ...YEAR, cursor: "unknown" });
    expect(answer.text).toContain("reading began anew");
  }, 60_000);
});

describe("a list that changes while it is read", () => {
  it("neither loses nor repeats a document", async () => {
    const moving = await startBench({ seed: "empty", many: 200 });
    try {
      const read = moving.deps.api.listInvoices.bind(moving.deps.api);
      let calls = 0;
      const drafts: string[] = [];
      const deps = {
        ...moving.deps,
        api: {
          ...moving.deps.api,
          listInvoices: async (...args: Parameters<typeof read>) => {
            calls += 1;
            const page = await read(...args);
            drafts.push(...page.items.filter(({ status }) => status === "draft").map(({ id }) => id));
            // Between two pages: a draft of the first page goes, so everything behind it moves forward.
            const gone = calls === 1 || calls === 6 ? drafts.shift() : undefined;
            if (gone !== undefined) await remove(moving, gone);
            return page;
          },
        },
      };
      const answer = await callTool(deps, moving.clock, "review_billing", YEAR, null);
      expect(listOf(answer, "totals")[0]?.["documents"]).toBe(150);
    } finally {
      await moving.close();
    }
  });
});

async function remove({ simulator }: Bench, id: string): Promise<void> {
  const answer = await fetch(`${simulator.url}/api/v1/invoices/${id}?o=${simulator.organization_id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${simulator.token}`, accept: "application/vnd.api+json" },
  });
  if (answer.status !== 204) throw new Error(`not deleted: ${answer.status}`);
}
