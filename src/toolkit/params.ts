import { z } from "zod";
import { isIsoDate } from "../domain/clock.ts";
import { isCurrencyCode } from "../domain/money.ts";

/**
 * Building blocks of tool arguments. Descriptions are paid for in every conversation: a few words each. Validation is
 * ours; patterns are not advertised (`listing.ts`).
 */

/** Largest amount accepted, in major units: beyond it a JSON number is no longer exact to the cent. */
const MAX_AMOUNT = 1_000_000_000;

const hasNoControl = (value: string): boolean => !/\p{Cc}/u.test(value.replace(/[\n\r\t]/g, ""));
const text = (max: number, description: string) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && hasNoControl(value), "must be text without control characters")
    .refine(
      (value) => !/^(null|undefined)$/.test(value.trim()),
      "is the word for nothing; leave the argument out instead",
    )
    .describe(description);

// Answers show a line break as ⏎; what is read and written back must not put that sign into the books.
const hasBreakSign = (value: string): boolean => value.includes("⏎");
const BREAK_SIGN = "holds ⏎, which stands for a line break: write it as one line";

/** One line of at least one visible character. */
export const line = (max: number, description: string) =>
  text(max, description)
    .refine((value) => value.trim() !== "" && !/[\n\r]/.test(value), "must be one line, not blank")
    .refine((value) => !hasBreakSign(value), BREAK_SIGN);

/** One line that may be empty, to take a text away. */
export const emptiable = (max: number, description: string) =>
  text(max, description)
    .refine((value) => !/[\n\r]/.test(value), "must be one line")
    .refine((value) => !hasBreakSign(value), BREAK_SIGN);

/** Free text, line breaks allowed. */
export const block = (max: number, description: string) =>
  text(max, description).overwrite((value) => value.replace(/ ?⏎ ?/g, "\n"));

/** An id that its name describes: a description equal to the name is not listed. */
export const customerId = () => line(64, "Customer id.");
export const itemId = () => line(64, "Item id.");
export const operationId = () => line(64, "Operation id.");
export const invoiceRef = () => line(120, "Id or #number.");
/** A draft has no number yet; one that has is found by it all the same. */
export const draftRef = () => line(120, "Invoice id.");

export const email = (description: string) => z.email().max(254).describe(description);

export const day = (description: string) =>
  z.string().refine(isIsoDate, "must be a real date as YYYY-MM-DD").describe(description);

export const currency = () =>
  z
    .string()
    .refine((code) => isCurrencyCode(code) && isKnownCurrency(code), "must be an ISO 4217 code such as EUR")
    .describe("Currency.");

/** Three letters that no currency has would be printed on an invoice all the same. Codes for testing and for none are no currency. */
function isKnownCurrency(code: string): boolean {
  return !["XXX", "XTS"].includes(code) && Intl.supportedValuesOf("currency").includes(code);
}

export const amount = (description: string) => z.number().min(-MAX_AMOUNT).max(MAX_AMOUNT).describe(description);

export const quantity = () =>
  z
    .int({
      error:
        "must be a whole number: the API takes no fractions. For 7.5 h use quantity 1 with the total as its price, or a smaller unit (450 minutes, 30 quarter hours)",
    })
    .min(1)
    .max(1_000_000)
    .describe("Quantity.");

export const taxRate = () =>
  z
    .number()
    .min(0)
    .max(100)
    .refine((rate) => rate === 0 || rate >= 1, {
      error: ({ input }) =>
        `is percent, not a fraction: give ${typeof input === "number" ? Number((input * 100).toFixed(4)) : 19} for ${typeof input === "number" ? Number((input * 100).toFixed(4)) : 19} %`,
    })
    .describe("Percent.");

export const flag = (description: string) => z.boolean().describe(description);

/** What these three are for is in their names, and what is left out stands in the answer, with the next cursor. */
export const cursor = () => z.string().max(600).optional().describe("Cursor.");
export const limit = () => z.int().min(1).max(50).optional().describe("Max 50.");
export const format = () => z.enum(["concise", "detailed"]).optional().describe("Response format.");

export const duplicateOf = () => line(64, "op_… to repeat on purpose.").optional();

export const language = () =>
  z
    .string()
    .regex(/^[A-Za-z]{2}(-[A-Za-z]{2})?$/, "must be a language code such as de or en")
    .describe("Locale.");

export const phone = () =>
  z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, "must be in international form, e.g. +4917612345678")
    .describe("E.164.");

export const country = () =>
  z
    .string()
    .regex(/^[A-Z]{2}$/, "must be an ISO 3166 code such as DE")
    .describe("Country code.");
