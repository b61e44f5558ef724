import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, listOf, part, startBench, textOf } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

async function numbers(args: Readonly<Record<string, unknown>>): Promise<string[]> {
  const answer = await bench.ok("list_invoices", { limit: 50, response_format: "detailed", ...args });
  return listOf(answer, "invoices").map((row) => String(row["number"] ?? row["id"]));
}

const OVERDUE = ["2026-0011", "2026-0008", "2026-0007", "2026-0006", "2026-0004", "2026-0002", "2026-0001", "2025-0003"]
  .map((number) => `RE-${number}`)
  .reverse();

describe("list_invoices in detail", () => {
  it("tells drafts apart without opening each: first line, how many, notes, what for", async () => {
    const answer = await bench.ok("list_invoices", { status: "draft", response_format: "detailed" });
    const rows = listOf(answer, "invoices");
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows.filter(({ lines }) => lines !== 0)) expect(String(row["first_line"])).toMatch(/^\d+ × ./);
    const [filled] = rows.filter(({ lines }) => lines !== 0);
    expect(answer.text).toContain(String(filled?.["first_line"]));
    const concise = await bench.ok("list_invoices", { status: "draft" });
    expect(listOf(concise, "invoices").some((row) => "first_line" in row)).toBe(false);
  });
});

describe("list_invoices", () => {
  it("lists newest first, short: a number stands for the id", async () => {
    const traffic = await bench.traffic(async () => {
      const answer = await bench.ok("list_invoices", { limit: 7 });
      expect(listOf(answer, "invoices")).toMatchInlineSnapshot(`
        [
          {
            "customer": "Thomas Berger",
            "id": "7d38da98-5e8d-45d1-a4cb-c52080bda755",
            "status": "draft",
            "total": "0.00 EUR",
          },
          {
            "customer": "Café Morgenrot",
            "id": "bcc2a0d7-e4a3-4735-a445-0a3220acafd7",
            "status": "draft",
            "total": "75.00 EUR",
          },
          {
            "customer": "Raman Analytics (Priya Raman)",
            "id": "cfc328be-4430-45ef-afd8-e16728d8b2d7",
            "status": "draft",
            "total": "550.00 EUR",
          },
          {
            "customer": "Brandt & Töchter Buchhandlung (…",
            "due_date": "2026-03-21",
            "id": "2fa51629-bbd7-4c49-a30a-daecc05aa70b",
            "status": "draft",
            "total": "52.36 EUR",
          },
          {
            "customer": "Hafenkante Architekten PartG mb…",
            "id": "16f1e1a0-e28e-4e53-a021-3eefcb79f9f2",
            "status": "draft",
            "total": "166.60 EUR",
          },
          {
            "customer": "Michael Schmidt",
            "due_date": "2026-03-19",
            "number": "RE-2026-0014",
            "status": "sent",
            "total": "66.00 EUR",
          },
          {
            "customer": "David Okafor",
            "due_date": "2026-03-16",
            "number": "RE-2026-0013",
            "status": "sent",
            "total": "129.00 EUR",
          },
        ]
      `);
      expect(answer.structured["total"]).toBe(34);
      expect(answer.text.split("\n").slice(0, 8)).toMatchInlineSnapshot(`
        [
          "7 of 34:",
          "7d38da98-5e8d-45d1-a4cb-c52080bda755 draft · 0.00 EUR · "Thomas Berger"",
          "bcc2a0d7-e4a3-4735-a445-0a3220acafd7 draft · 75.00 EUR · "Café Morgenrot"",
          "cfc328be-4430-45ef-afd8-e16728d8b2d7 draft · 550.00 EUR · "Raman Analytics (Priya Raman)"",
          "2fa51629-bbd7-4c49-a30a-daecc05aa70b draft · 52.36 EUR · "Brandt & Töchter Buchhandlung (…" · due 2026-03-21",
          "16f1e1a0-e28e-4e53-a021-3eefcb79f9f2 draft · 166.60 EUR · "Hafenkante Architekten PartG mb…"",
          "#RE-2026-0014 sent · 66.00 EUR · "Michael Schmidt" · due 2026-03-19",
          "#RE-2026-0013 sent · 129.00 EUR · "David Okafor" · due 2026-03-16",
        ]
      `);
    });
    expect(traffic).toEqual(["GET /invoices?sort=-created_at&include=customer,reference&page[number]=1&page[size]=30"]);
  });

  it.each([
    [{ status: "draft" }, 5],
    [{ status: "sent" }, null],
    [{ status: "paid" }, 12],
    [{ status: "void" }, 2],
    [{ kind: "quote" }, 1],
    [{ kind: "credit_note" }, 2],
    [{ kind: "invoice" }, 31],
    [{ customer_id: "181227" }, 6],
    [{ search: "Hafenkante" }, null],
    [{ issued_from: "2026-02-20", issued_to: "2026-02-28" }, 3],
    [{ issued_from: "2026-03-01", status: "sent", kind: "invoice" }, 2],
    [{ customer_id: "181227", status: "paid" }, 4],
    [{ customer_id: "181227", status: "overdue" }, 1],
    [{ status: "draft", kind: "quote" }, 0],
  ])("filters by %j", async (filter, count) => {
    const found = await numbers(filter);
    expect(new Set(found).size).toBe(found.length);
    if (count === null) expect(found.length).toBeGreaterThan(1);
    else expect(found).toHaveLength(count);
  });

  it("computes what is overdue by the day in the office's time zone", async () => {
    expect(await numbers({ status: "overdue" })).toEqual(OVERDUE);
    const answer = await bench.ok("list_invoices", { status: "overdue", response_format: "detailed" });
    expect(listOf(answer, "invoices").at(-1)).toMatchObject({
      status: "overdue",
      overdue_days: 1,
      due_date: "2026-03-09",
    });
  });

  it.each(["RE-2026-0007", "#RE-2026-0007", "re-2026-0007", "RE 2026-0007".replace(" ", "-")])(
    "finds the number %j exactly",
    async (number) => {
      expect(await numbers({ number })).toEqual(["RE-2026-0007"]);
    },
  );

  it("does not take a part of a number for the number; a prefix may be left out", async () => {
    expect(await numbers({ number: "0007" })).toEqual([]);
    expect(await numbers({ number: "26-0007" })).toEqual([]);
    expect(await numbers({ number: "2026-0007" })).toEqual(["RE-2026-0007"]);
  });

  it("pages through everything with a filter of its own, each document once", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await bench.ok("list_invoices", {
        status: "overdue",
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...listOf(answer, "invoices").map((row) => String(row["number"])));
      cursor = answer.structured["cursor"] === undefined ? undefined : textOf(answer, "cursor");
    } while (cursor !== undefined);
    expect(seen).toEqual(OVERDUE);
  });

  it("takes the page size of a cursor's continuation freely, but not other filters", async () => {
    const first = await bench.ok("list_invoices", { status: "paid", limit: 2 });
    const cursor = textOf(first, "cursor");
    const next = await bench.ok("list_invoices", { status: "paid", limit: 50, cursor });
    expect(listOf(next, "invoices")).toHaveLength(10);
    const other = await bench.refused("list_invoices", { status: "sent", cursor });
    expect(part(other, "error")).toMatchObject({
      code: "invalid_input",
      next: "Use the same filters as before, or leave cursor out.",
    });
  });

  it("gives the same where the API refuses its filters, and says how far it looked", async () => {
    const wanted = {
      overdue: await numbers({ status: "overdue" }),
      draft: await numbers({ status: "draft" }),
      customer: await numbers({ customer_id: "203311", status: "paid" }),
    };
    const strict = await startBench({ switches: { status_filter: "refuse", customer_filter: "refuse" } });
    try {
      const listed = async (args: object) =>
        listOf(await strict.ok("list_invoices", { limit: 50, response_format: "detailed", ...args }), "invoices").map(
          (row) => String(row["number"] ?? row["id"]),
        );
      expect(await listed({ status: "overdue" })).toEqual(wanted.overdue);
      expect(await listed({ status: "draft" })).toEqual(wanted.draft);
      expect(await listed({ customer_id: "203311", status: "paid" })).toEqual(wanted.customer);
      // Learned once: the refused filter is not tried again on every call.
      const traffic = await strict.traffic(() => strict.ok("list_invoices", { status: "draft", limit: 1 }));
      expect(traffic).toHaveLength(1);
      // A count of what the API did not filter would be a wrong count.
      const answer = await strict.ok("list_invoices", { status: "draft", limit: 2 });
      expect(answer.structured["total"]).toBeUndefined();
    } finally {
      await strict.close();
    }
  });

  it("asks for no page it does not need", async () => {
    expect(await bench.traffic(() => bench.ok("list_invoices", { limit: 30 }))).toHaveLength(1);
    expect(await bench.traffic(() => bench.ok("list_invoices", { limit: 31 }))).toHaveLength(2);
    expect(await bench.traffic(() => bench.ok("list_invoices", { status: "draft", limit: 50 }))).toHaveLength(1);
    expect(await bench.traffic(() => bench.ok("list_invoices", { number: "RE-2026-0007" }))).toHaveLength(1);
  });

  it.each([
    [{ status: "open" }, "status"],
    [{ issued_from: "yesterday" }, "issued_from"],
    [{ limit: 0 }, "limit"],
    [{ limit: 51 }, "limit"],
    [{ kind: "bill" }, "kind"],
    [{ issued_from: "2026-03-02", issued_to: "2026-03-01" }, "issued_to is before issued_from"],
    [{ customer_id: "../1" }, "customer_id"],
  ])("asks the API nothing for %j", async (wrong, reason) => {
    const traffic = await bench.traffic(async () => {
      const answer = await bench.refused("list_invoices", wrong);
      expect(answer.text).toContain(reason);
    });
    expect(traffic).toEqual([]);
  });

  it("says when there is nothing", async () => {
    const answer = await bench.ok("list_invoices", { search: "no such text anywhere" });
    expect(answer.text).toContain("No invoice found.");
  });
});

describe("a list that changes between two calls", () => {
  it("an invoice that is paid hides no other one, and new drafts repeat none", async () => {
    const own = await startBench();
    try {
      const read = async (args: Readonly<Record<string, unknown>>, between: () => Promise<unknown>) => {
        const told: string[] = [];
        let cursor: unknown;
        do {
          const answer = await own.ok("list_invoices", {
            ...args,
            limit: 3,
            ...(cursor === undefined ? {} : { cursor }),
          });
          told.push(...listOf(answer, "invoices").map((row) => String(row["number"] ?? row["id"])));
          cursor = answer.structured["cursor"];
          if (cursor !== undefined) {
            expect(String(answer.structured["next"])).toContain("Not the whole list");
            await between();
          }
        } while (cursor !== undefined);
        return told;
      };
      const unpaid = [...OVERDUE];
      const overdue = await read({ status: "overdue" }, async () => {
        await own.ok("mark_paid", { invoice_id: `#${unpaid.shift()}` });
      });
      expect(overdue).toEqual(OVERDUE);
      const drafts = await read({ status: "draft" }, () =>
        own
          .ok("create_invoice", { customer_id: "181227", currency: "EUR", calculate_from_net: true })
          .catch(() => null),
      );
      expect(new Set(drafts).size).toBe(drafts.length);
    } finally {
      await own.close();
    }
  });
});
