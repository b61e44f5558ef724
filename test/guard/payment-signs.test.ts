import { describe, expect, it } from "vitest";
import { paymentTargets } from "../../src/guard/payment-signs.ts";
import { context, earlier, invoice, sendPlan } from "./setup.ts";

describe("bank accounts and links in a text", () => {
  it.each([
    ["IBAN DE89 3704 0044 0532 0130 00", ["DE89370400440532013000"]],
    ["to de89.3704.0044.0532.0130.00, thanks", ["DE89370400440532013000"]],
    ["DE89\u200b370400440532013000", ["DE89370400440532013000"]],
    ["ＤＥ89 3704\n0044 0532 0130 00", ["DE89370400440532013000"]],
    ["GB29 NWBK 6016 1331 9268 19 please", ["GB29NWBK60161331926819"]],
    ["with wrong check digits: DE00 1234 5678 9012 3456 78", ["DE00123456789012345678"]],
    ["Kontonummer: 532 013 000, BLZ 370 400 44", ["532013000", "37040044"]],
    ["Pay at https://www.Pay.example/x?y and paypal.me/jane", ["pay.example", "paypal.me"]],
  ])("%j: %j", (text, targets) => {
    expect(paymentTargets(text)).toEqual(targets);
  });

  it.each([
    "Rechnung RE2026-0012 vom 10.03.2026, USt-IdNr. DE123456789",
    "KW12 Beratung im Februar 2026 und im März 2026",
    "Leistungszeitraum 01.03.2026 - 31.03.2026",
    "Consulting — March 2026 (10 h), and/or travel, z.B. Bahn",
    "Payable within 14 days to the account you know. Jane@example.com",
  ])("nothing in %j", (text) => {
    expect(paymentTargets(text)).toEqual([]);
  });

  it("takes bounded time for long hostile texts", () => {
    for (const text of ["a.", "DE12", "www.", "konto ", "1 "]) expect(paymentTargets(text.repeat(5_000))).toBeDefined();
  });
});

it("does not warn of an account that earlier invoices had, however it is written", () => {
  const warned = (notes: string) =>
    sendPlan({
      invoice: invoice({ notes }),
      context: context({ earlier: [{ ...earlier, notes: "IBAN: DE89 3704 0044 0532 0130 00" }] }),
    }).risks.some(({ code }) => code === "payment_details");
  expect(warned("Please pay to DE89370400440532013000")).toBe(false);
  expect(warned("Please pay to DE02120300000000202051")).toBe(true);
});

it("does not warn of a sender that earlier invoices had", () => {
  const plan = sendPlan({
    invoice: invoice({ invoicing_party: "Doe Consulting\nHauptstraße 1" }),
    context: context({ earlier: [{ ...earlier, invoicing_party: "Doe  Consulting\r\nHauptstraße 1 " }] }),
  });
  expect(plan.risks.map(({ code }) => code)).not.toContain("sender_by_hand");
});
