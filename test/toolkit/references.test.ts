import { afterEach, describe, expect, it } from "vitest";
import type { InvoicesApi } from "../../src/api/port.ts";
import { type Bench, part, startBench } from "../harness/mcp-tools.ts";

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

/** The real API, its invoices told under other numbers. */
async function numbered(rename: (number: string, index: number) => { number: string; raw_number?: string }) {
  const started = await startBench();
  bench = started;
  const real = started.deps.api;
  const renamed = (await real.listInvoices({ page_size: 30 })).items.filter(({ number }) => number !== null);
  const names = new Map(renamed.map(({ id, number }, index) => [id, rename(number ?? "", index)]));
  const told = <T extends { id: string }>(invoice: T): T => ({ ...invoice, ...names.get(invoice.id) });
  const api: InvoicesApi = {
    ...real,
    async listInvoices(query, options) {
      const { search: _search, ...rest } = query;
      // A page of three: what is looked for may stand on any page.
      const page = await real.listInvoices({ ...rest, page_size: 3 }, options);
      return { ...page, items: page.items.map(told) };
    },
    getInvoice: async (id, options) => told(await real.getInvoice(id, options)),
  };
  const deps = { ...started.deps, api };
  const { callTool } = await import("../harness/mcp-tools.ts");
  return {
    ids: renamed.map(({ id }) => id),
    get: (invoice_id: string) => callTool(deps, started.clock, "get_invoice", { invoice_id }, null),
  };
}

const idOf = (answer: Awaited<ReturnType<Bench["call"]>>) => part(answer, "invoice")["id"];

describe("an invoice named by its number", () => {
  it("is found by the raw number, too, and on any page", async () => {
    const { ids, get } = await numbered((_number, index) => ({
      number: `R-${index + 1}`,
      raw_number: `2026-${index + 1}`,
    }));
    for (const at of [0, 1, 8, 12]) {
      expect(idOf(await get(`#R-${at + 1}`))).toBe(ids[at]);
      expect(idOf(await get(`#2026-${at + 1}`))).toBe(ids[at]);
    }
  });

  it("is found without its prefix, where only one fits", async () => {
    const { ids, get } = await numbered((_number, index) => ({ number: `RE-2026-${String(index).padStart(4, "0")}` }));
    expect(idOf(await get("#2026-0003"))).toBe(ids[3]);
  });

  it("is asked about where two prefixes fit", async () => {
    const { get } = await numbered((_number, index) => ({
      number: `${index < 2 ? ["RE", "ST"][index] : `X${index}`}-2026-0003`,
    }));
    const answer = await get("#2026-0003");
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(/Several invoices fit.*-2026-0003 \(id .*-2026-0003 \(id/);
  });

  it("one near match is offered as one to confirm, never taken and never called several", async () => {
    const { get, ids } = await numbered((_number, index) => ({
      number: `RE-2026-${String(index + 1).padStart(4, "0")}`,
    }));
    for (const wanted of ["#RE-2026-3", "#2026-3", "#RE/2026/0003", "#0003"]) {
      const answer = await get(wanted);
      expect(answer.isError).toBe(true);
      expect(answer.text).toContain(`One is like it: RE-2026-0003 (id ${ids[2]})`);
      expect(answer.text).toContain("confirm");
      expect(answer.text).not.toContain("Several");
    }
  });
});

describe("a PDF asked for right after sending", () => {
  it("is waited for", async () => {
    bench = await startBench({ switches: { pdf_link: "late" } });
    await bench.ok("mark_paid", { invoice_id: "#RE-2026-0012" });
    const answer = await bench.ok("get_document", { invoice_id: "#RE-2026-0012" });
    expect(answer.text).toContain("resource invoice://");
  });

  it("is said to be on its way when it takes longer, and missing when it is old", async () => {
    bench = await startBench({ switches: { pdf_link: "absent" } });
    await bench.ok("mark_paid", { invoice_id: "#RE-2026-0012" });
    expect((await bench.refused("get_document", { invoice_id: "#RE-2026-0012" })).text).toMatch(
      /still making it.*half a minute/s,
    );
    expect((await bench.refused("get_document", { invoice_id: "#RE-2026-0010" })).text).toContain("The API has no PDF");
  });
});
