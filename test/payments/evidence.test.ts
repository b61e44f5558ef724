import { describe, expect, it } from "vitest";
import { decimal } from "../../src/domain/money.ts";
import { type BankLine, UNSTATED } from "../../src/payments/bank-line.ts";
import { matchPayments } from "../../src/payments/match.ts";
import { FIRM, invoice } from "./invoices.ts";

interface Written extends Partial<Omit<BankLine, "amount">> {
  readonly amount: string;
}

function lines(...written: readonly Written[]): BankLine[] {
  return written.map(({ amount, ...rest }, at) => ({
    ...UNSTATED,
    index: at + 1,
    date: "2026-11-12",
    currency: "EUR",
    text: "",
    counterparty: null,
    ...rest,
    amount: decimal(amount),
  }));
}

const match = (credits: readonly BankLine[], invoices = FIRM) => matchPayments({ credits, debits: [] }, invoices, null);
const one = (line: Written, invoices = FIRM) => match(lines(line), invoices)[0] ?? expect.fail();
const told = ({ kind, invoices }: ReturnType<typeof one>) =>
  `${kind} ${invoices.map(({ number }) => number?.replace("RE-2026-", "")).join(" ")}`.trim();

const PAID = { amount: "1785.00", text: "RE-2026-0042", counterparty: "Acme GmbH" } as const;

describe("evidence", () => {
  it("says which facts agree and which do not", () => {
    expect(one(PAID).evidence).toEqual({ agrees: ["number", "amount", "currency", "payer"], partly: [], differs: [] });
    expect(one({ ...PAID, counterparty: "Zubrowka Ltd" }).evidence.differs).toEqual(["payer"]);
    expect(one({ ...PAID, amount: "1780.00" }).evidence.differs).toEqual(["amount"]);
    expect(one({ ...PAID, currency: "USD" }).evidence.differs).toEqual(["currency"]);
    expect(one({ ...PAID, date: "2026-10-02" }).evidence.differs).toEqual(["day"]);
    expect(one({ ...PAID, text: "RE-2026-0099" }).evidence.differs).toEqual(["number"]);
    expect(one({ ...PAID, text: "Quux 2026-0042" }).evidence.partly).toEqual(["number"]);
  });

  it("says that the payer is somebody else, and asks where he is another customer", () => {
    expect(one({ ...PAID, counterparty: "Zubrowka Ltd" })).toMatchObject({
      kind: "sure",
      reason: "Number and amount agree with RE-2026-0042. The payer is not the customer.",
    });
    expect(one({ ...PAID, counterparty: "Anna Weiß" })).toMatchObject({
      kind: "likely",
      settles: false,
      reason: "Number and amount agree, but the payer looks like the customer of RE-2026-0045.",
    });
  });

  it("ranks the invoice whose name fits first, and says that only the amount agrees where none does", () => {
    expect(told(one({ amount: "238.00", counterparty: "Weiß" }))).toBe("likely 0045");
    expect(told(one({ amount: "238.00", counterparty: "Weiß, Anna" }))).toBe("likely 0045");
    expect(told(one({ amount: "238.00", counterparty: "Soehne Mueller" }))).toBe("likely 0044");
    expect(one({ amount: "238.00", counterparty: "Zubrowka" })).toMatchObject({
      kind: "ambiguous",
      reason: "Only the amount agrees; no number is given.",
    });
    for (const counterparty of ["Weiß", "Anna Weiss", "Müller"]) {
      expect(one({ amount: "238.00", counterparty }).reason).not.toContain("Only the amount");
    }
  });
});

describe("names", () => {
  const GROUND = invoice({
    number: "RE-2026-0500",
    total: "10.00",
    name: "Hafenkante Architekten PartG mbB (Imke Petersen)",
  });
  it.each([
    ["HAFENKANTE ARCHITEKTEN PARTG MBB", "agrees"],
    ["Hafenkante Arch.", "agrees"],
    ["Architekten Hafenkante", "agrees"],
    ["Petersen, Imke", "agrees"],
    ["I. Petersen", "agrees"],
    ["Dr. Imke Petersen", "agrees"],
    ["HAFENKANTE ARCHITEKTEN PARTNERSC", "agrees"],
    ["Hafenkante Bau GmbH", "partly"],
    ["Petersen Bau", "partly"],
    ["Karl Petersen", "partly"],
    ["Kantenhof", "differs"],
    ["Zubrowka", "differs"],
    ["", "unknown"],
  ])("%s: %s", (counterparty, verdict) => {
    const { evidence } = one({ amount: "10.00", text: "RE-2026-0500", counterparty }, [GROUND]);
    const { agrees, partly, differs } = evidence;
    const found = agrees.includes("payer")
      ? "agrees"
      : partly.includes("payer")
        ? "partly"
        : differs.includes("payer")
          ? "differs"
          : "unknown";
    expect(found).toBe(verdict);
  });

  it.each([
    ["Łukasz Żółć", "LUKASZ ZOLC"],
    ["Sørensen & Søn ApS", "Soerensen Soen"],
    ["Société Générale du Café", "SOCIETE GENERALE DU CAFE"],
    ["Δημήτρης Παπαδόπουλος", "ΔΗΜΗΤΡΗΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"],
    ["Åse Bråten", "Ase Braaten"],
  ])("%s is %s", (name, counterparty) => {
    const known = [invoice({ number: "RE-2026-0501", total: "10.00", name })];
    expect(told(one({ amount: "10.00", counterparty }, known))).toBe("likely RE-2026-0501".replace("RE-2026-", ""));
  });

  it("of other scripts are not all the same", () => {
    const known = [invoice({ number: "RE-2026-0501", total: "10.00", name: "Δημήτρης Παπαδόπουλος" })];
    expect(one({ amount: "10.00", counterparty: "Иван Петров" }, known).kind).toBe("ambiguous");
  });
});

describe("what is not a plain payment", () => {
  it("a line with a doubt is never more than a question, and says what is not proven", () => {
    const doubt = {
      about: "direction",
      quoted: "Zahlg erh.",
      give: "Say in `words` whether it is in or out.",
    } as const;
    expect(one({ ...PAID, doubts: [doubt] })).toMatchObject({
      kind: "ask",
      settles: false,
      reason: 'Not proven: direction "Zahlg erh.". Number and amount agree with RE-2026-0042.',
    });
    expect(one({ ...PAID, currency: null })).toMatchObject({ kind: "ask", settles: false });
    expect(matchPayments({ credits: lines({ ...PAID, currency: null }), debits: [] }, FIRM, "EUR")[0]?.kind).toBe(
      "sure",
    );
  });

  it("a return is never sure", () => {
    expect(one({ ...PAID, returned: "AC04 account closed" })).toMatchObject({
      kind: "likely",
      settles: false,
      reason: 'A return, says the bank: "AC04 account closed".',
    });
    expect(one({ ...PAID, text: "RE-2026-0042 RE-2026-0043", amount: "1904.00", returned: "x" })).toMatchObject({
      kind: "likely",
      settles: false,
    });
  });

  it("a fee that the provider kept is named, and the gross settles", () => {
    const fee = { gross: decimal("1785.00"), fee: decimal("45.20") };
    expect(one({ ...PAID, fee })).toMatchObject({
      kind: "sure",
      settles: true,
      reason: "Number and amount agree with RE-2026-0042. A fee of 45.20 EUR was kept back.",
    });
    expect(one({ ...PAID, text: "", fee })).toMatchObject({ kind: "likely", settles: false });
  });

  it("a payout of many payments is asked about", () => {
    expect(one({ amount: "500.00", text: "STRIPE PAYOUT 2210", counterparty: "Stripe Payments Europe" })).toMatchObject(
      {
        kind: "ask",
        reason: expect.stringMatching(/^From STRIPE, perhaps a payout of many payments: its own report lists them\./),
      },
    );
    expect(one({ amount: "1785.00", text: "Kartenumsätze KW 45" }).kind).toBe("ask");
  });

  it("a discount and bank charges are proposals with their reason, with and without the number", () => {
    expect(one({ ...PAID, amount: "1731.45" })).toMatchObject({
      kind: "partial",
      reason: expect.stringContaining("exactly 3 %, perhaps an early-payment discount"),
    });
    expect(one({ amount: "1749.30", counterparty: "Acme GmbH" })).toMatchObject({
      kind: "partial",
      reason:
        "Name agrees; 35.70 EUR less than RE-2026-0042 (1,785.00 EUR): exactly 2 %, perhaps an early-payment discount; no number is given.",
    });
    expect(one({ ...PAID, amount: "1770.00" }).reason).toContain("perhaps bank charges");
    expect(one({ ...PAID, amount: "1500.00" }).reason).not.toContain("perhaps");
  });
});

describe("lines together", () => {
  it("two that make up one invoice are offered as that, with and without its number", () => {
    const named = match(
      lines({ ...PAID, amount: "1000.00" }, { amount: "119.00", text: "RE-2026-0043" }, { ...PAID, amount: "785.00" }),
    );
    expect(named.map(told)).toEqual(["together 0042", "sure 0043", "together 0042"]);
    expect(named[0]?.reason).toBe(
      "With line 3 (785.00 EUR) exactly RE-2026-0042 (1,785.00 EUR): one invoice in 2 payments?",
    );
    const unnamed = match(
      lines(
        { amount: "500.00", counterparty: "Anna Weiß" },
        { amount: "100.00", counterparty: "Weiß, Anna" },
        { amount: "138.00", counterparty: "Anna Weiß" },
      ),
    );
    expect(unnamed.map(({ kind }) => kind)).toEqual(["ambiguous", "together", "together"]);
    expect([...named, ...unnamed].filter(({ kind, settles }) => kind === "together" && settles)).toEqual([]);
  });

  it("says nothing of a pair where a line is half of two", () => {
    const parts = match(
      lines({ ...PAID, amount: "785.00" }, { ...PAID, amount: "1000.00" }, { ...PAID, amount: "1000.00" }),
    );
    expect(parts.map(({ kind }) => kind)).toEqual(["partial", "partial", "partial"]);
  });

  it("two equal lines are two, and neither settles one of two equal instalments", () => {
    const rate = { amount: "899.64", counterparty: "Brandt & Töchter Buchhandlung", text: "Rate" };
    const proposals = match(lines(rate, rate));
    expect(proposals.map(told)).toEqual(["ambiguous 0011 0051", "ambiguous 0011 0051"]);
    expect(proposals[0]?.reason).toContain("2 equal payments, 2 such invoices.");
    expect(new Set(proposals.map(({ handle }) => handle)).size).toBe(2);
    const alone = match(lines(rate));
    expect(alone.map(told)).toEqual(["ambiguous 0011 0051"]);
    expect(alone[0]?.handle).toBe(proposals[0]?.handle);
  });

  it("a letter behind the number chooses the instalment, and none chooses none", () => {
    const rates = ["A", "B"].map((letter) =>
      invoice({ number: `RE-2026-0070-${letter}`, total: "50.00", name: "Anna Weiß" }),
    );
    expect(told(one({ amount: "50.00", text: "RE-2026-0070-B" }, rates))).toBe("sure 0070-B");
    expect(told(one({ amount: "50.00", text: "RE-2026-0070 (B)" }, rates))).toBe("sure 0070-B");
    expect(told(one({ amount: "50.00", text: "RE-2026-0070" }, rates))).toBe("ambiguous 0070-A 0070-B");
    expect(one({ amount: "50.00", text: "RE-2026-0070-C", counterparty: "Anna Weiß" }, rates).settles).toBe(false);
    expect(one({ amount: "50.00", text: "RE-2026-0070-B" }, rates.slice(0, 1)).settles).toBe(false);
  });
});

describe("money that went out", () => {
  it("to the payer, as much as came in, makes it a question", () => {
    const debits = lines({ amount: "-1785.00", text: "Überweisung", counterparty: "ACME GmbH" });
    expect(matchPayments({ credits: lines(PAID), debits }, FIRM, null)[0]).toMatchObject({
      kind: "likely",
      settles: false,
      reason: "It agrees, but as much was paid to this payer in this statement: an own transfer that came back?",
    });
    const other = lines({ amount: "-1785.00", text: "Überweisung", counterparty: "Vermieter" });
    expect(matchPayments({ credits: lines(PAID), debits: other }, FIRM, null)[0]?.kind).toBe("sure");
  });
});

describe("documents that change another", () => {
  it.each([
    "RE-2026-0042-KORREKTUR",
    "RE-2026-0042STORNO",
    "RE-2026-0042-Storno",
    "RE-2026-0042/Gutschriftsrechnung",
    "RE-2026-0042-DE",
  ])("%s is not the invoice", (text) => {
    expect(one({ amount: "1785.00", text, counterparty: "Acme GmbH" }).settles).toBe(false);
  });
});

describe("texts run together", () => {
  it.each([
    "SVWZ+RE-2026-0042EREF+NOTPROVIDED",
    "RE-2026-0042VIELENDANK",
    "RE2026-0042KUNDENNR.10023",
    "RE-2026-0042ACME",
    "Viite 20260042",
  ])("%s", (text) => {
    expect(told(one({ amount: "1785.00", text, counterparty: "Acme GmbH" }))).toBe("sure 0042");
  });
});

describe("a number that does not fit", () => {
  it("is shown beside the invoice whose name and amount do", () => {
    const proposal = one({ amount: "238.00", text: "RE-2026-0007", counterparty: "Anna Weiß" });
    expect(told(proposal)).toBe("ambiguous 0045 0007");
    expect(proposal).toMatchObject({
      settles: false,
      reason:
        "Name and amount agree with RE-2026-0045, but the number is another: RE-2026-0007 is marked as paid already.",
    });
  });
});
