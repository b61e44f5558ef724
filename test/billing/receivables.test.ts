import { describe, expect, it } from "vitest";
import { Receivables } from "../../src/billing/receivables.ts";
import { sum } from "../../src/domain/money.ts";
import { invoice as sample } from "../payments/invoices.ts";

const open = (index: number, customer: string, due_date: string | null = "2026-10-01") => ({
  ...sample({ number: `R-${index}`, total: "10.10", customer }),
  due_date,
});

describe("who owes what", () => {
  it("names the ten oldest of a customer, oldest first, and counts the rest", () => {
    const receivables = new Receivables("2026-11-28");
    for (let day = 1; day <= 15; day += 1) {
      receivables.add(open(day, "c1", `2026-11-${String(day).padStart(2, "0")}`), "Acme");
    }
    const [acme] = receivables.sorted();
    expect(acme?.invoices.map(({ number }) => number)).toEqual(
      Array.from({ length: 10 }, (_, index) => `R-${index + 1}`),
    );
    expect(acme).toMatchObject({ count: 15, days: 27, customer: "Acme" });
    expect(acme?.open.toFixed(2)).toBe("151.50");
  });

  it("loses no amount and no customer of a large account, whatever invoices it still names", () => {
    const receivables = new Receivables("2026-11-28");
    for (let index = 0; index < 30_000; index += 1) receivables.add(open(index, `c${index % 4_000}`), null);
    const debtors = receivables.sorted();
    expect(debtors).toHaveLength(4_000);
    expect(sum(debtors.map((debtor) => debtor.open)).toFixed(2)).toBe("303000.00");
    expect(receivables.totals.get("EUR")?.open.toFixed(2)).toBe("303000.00");
    expect(debtors.reduce((all, { invoices }) => all + invoices.length, 0)).toBeLessThanOrEqual(5_000);
    for (const { count, invoices } of debtors) expect(invoices.length).toBeLessThanOrEqual(Math.min(count, 10));
  });
});
