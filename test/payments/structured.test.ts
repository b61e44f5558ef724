import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../../src/domain/money.ts";
import { fold } from "../../src/payments/fold.ts";
import { matchPayments } from "../../src/payments/match.ts";
import { structuredField, structuredIn } from "../../src/payments/structured.ts";
import { FIRM, invoice } from "./invoices.ts";

/** Made here by the published rules, apart from what the product does. */
const MAKE = {
  RF: (body: string) => {
    const digits = [...`${body}RF00`].map((one) => BigInt(Number.parseInt(one, 36))).join("");
    return `RF${String(98n - (BigInt(digits) % 97n)).padStart(2, "0")}${body}`;
  },
  QR: (body: string) => {
    const rows = "0946827135";
    let carry = 0;
    for (const digit of body.padStart(26, "0")) carry = Number(rows[(carry + Number(digit)) % 10]);
    return `${body.padStart(26, "0")}${(10 - carry) % 10}`;
  },
  luhn: (body: string) => {
    const doubled = [...body].reverse().map((digit, at) => String(Number(digit) * (at % 2 === 0 ? 2 : 1)));
    const total = [...doubled.join("")].reduce((all, digit) => all + Number(digit), 0);
    return `${body}${(10 - (total % 10)) % 10}`;
  },
  OGM: (body: string) => {
    const digits = body.padStart(10, "0");
    const check = Number(BigInt(digits) % 97n) || 97;
    const whole = `${digits}${String(check).padStart(2, "0")}`;
    return `+++${whole.slice(0, 3)}/${whole.slice(3, 7)}/${whole.slice(7)}+++`;
  },
  viite: (body: string) => {
    const total = [...body].reverse().reduce((all, digit, at) => all + Number(digit) * Number("731"[at % 3]), 0);
    return `${body}${(10 - (total % 10)) % 10}`;
  },
} as const;

const WAYS: readonly (readonly [string, (body: string) => string])[] = [
  ["RF", MAKE.RF],
  ["RF with blanks", (body) => MAKE.RF(body).replaceAll(/.{4}/g, "$& ")],
  ["QR", MAKE.QR],
  [
    "QR with blanks",
    (body) =>
      MAKE.QR(body)
        .replace(/^../, "$& ")
        .replaceAll(/\d{5}(?=\d)/g, "$& "),
  ],
  ["OCR", (body) => `OCR ${MAKE.luhn(body)}`],
  ["OCR with its length", (body) => `OCR-nr: ${MAKE.luhn(`${body}${(body.length + 2) % 10}`)}`],
  ["KID", (body) => `KID ${MAKE.luhn(body)}`],
  ["FIK", (body) => `+71<${MAKE.luhn(body.padStart(14, "0"))}+12345678<`],
  ["OGM", MAKE.OGM],
  ["viite", (body) => `Viite ${MAKE.viite(body)}`],
];

function match(text: string, reference: string | null = null, invoices = FIRM) {
  const line = {
    index: 1,
    date: null,
    amount: decimal("1785.00"),
    currency: "EUR",
    text,
    counterparty: null,
    reference,
  };
  return matchPayments({ credits: [line], debits: [] }, invoices, null)[0];
}

describe.each(WAYS)("%s", (name, make) => {
  const wrongDigit = (text: string, at: number) => {
    // Beside the Danish reference stand its kind and the creditor's number, which it does not protect.
    const places = [...text.replace(/\+\d{8}<$/, "").matchAll(/(?<!^\+|^\+7)\d/g)].map(({ index }) => index);
    const place = places[at % places.length] ?? 0;
    return `${text.slice(0, place)}${(Number(text[place]) + 1 + (at % 8)) % 10}${text.slice(place + 1)}`;
  };

  it("made of an invoice's number names it, and says how", () => {
    const proposal = match(make("20260042"));
    expect(proposal).toMatchObject({
      kind: "sure",
      settles: true,
      evidence: { agrees: ["reference", "amount", "currency"] },
    });
    expect(proposal?.reason).toMatch(/holds its number, and the check digits are right/);
    expect(proposal?.invoices.map(({ number }) => number)).toEqual(["RE-2026-0042"]);
  });

  it("of another number names nobody", () => {
    expect(match(make("770042"))).toMatchObject({ settles: false });
    expect(match(make("20269942"))).toMatchObject({ settles: false });
    expect(match(make("1120260042"))).toMatchObject({ kind: "likely", settles: false });
  });

  it("with one digit wrong settles nothing, and with a right one the invoice it is made of", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 99_999_999 }), fc.nat(200), (number, at) => {
        const one = [invoice({ number: `RE-${number}`, total: "1785.00" })];
        const text = make(String(number));
        expect(match(text, null, one)?.settles, text).toBe(true);
        const other = wrongDigit(text, at);
        // A KID may be checked in two ways: a wrong last digit can be right in the other one.
        if (name === "KID" && other.slice(0, -1) === text.slice(0, -1)) return;
        expect(match(other, null, one)?.settles, other).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe("references with check digits", () => {
  it("says that check digits are wrong", () => {
    expect(match("RF96RE20260042")?.reason).toContain("The check digits of the RF reference are wrong.");
    expect(match("OCR 202600426")?.reason).toContain("The check digits of the OCR reference are wrong.");
  });

  it("knows published examples", () => {
    for (const text of [
      "RF18 5390 0754 7034",
      "RF18539007547034",
      "21 00000 00003 13947 14300 09017",
      "+++090/9337/55493+++",
    ]) {
      expect(structuredIn(fold(text)).references, text).toMatchObject([{ valid: true }]);
    }
    expect(structuredField("12345672")).toContainEqual(expect.objectContaining({ kind: "viite", valid: true }));
  });

  it("in a field of its own needs no word before it", () => {
    expect(match("", MAKE.luhn("20260042"))).toMatchObject({ kind: "sure" });
    expect(match("", MAKE.viite("20260042"))).toMatchObject({ kind: "sure" });
    expect(match("", "RE-2026-0042")).toMatchObject({ kind: "sure" });
    expect(match("", "202600421")).toMatchObject({ settles: false });
    expect(match(MAKE.luhn("20260042"))).toMatchObject({ settles: false });
  });

  it("is found where the invoice itself carries it", () => {
    const [first, ...others] = FIRM;
    const noted = { ...(first ?? expect.fail()), notes: "Zahlbar mit Referenz RF18 5390 0754 7034 bis 15.11." };
    expect(match("RF18539007547034", null, [noted, ...others])).toMatchObject({
      kind: "sure",
      reason: "The invoice itself carries the RF reference.",
    });
  });

  it("settles nothing with another amount", () => {
    const line = {
      index: 1,
      date: null,
      amount: decimal("1700.00"),
      currency: "EUR",
      text: MAKE.RF("20260042"),
      counterparty: null,
    };
    const [proposal] = matchPayments({ credits: [line], debits: [] }, FIRM, null);
    expect(proposal).toMatchObject({ kind: "partial", settles: false });
  });
});
