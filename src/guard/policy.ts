import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { daysBetween, type IsoDate } from "../domain/clock.ts";
import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney } from "../domain/money.ts";
import { overDay, type SendLimits, type Sent } from "../domain/send-limits.ts";
import { oneLine } from "../domain/untrusted.ts";
import { ConfigError, policyBreach } from "../errors.ts";
import { duplicateKey } from "./duplicate-key.ts";
import { APPROVERS, type Approver, type Plan, TAKES } from "./port.ts";
import { referenceText } from "./wording.ts";

const currency = z.string().regex(/^[A-Z]{3}$/, "three capital letters, e.g. EUR");
const amount = z.string().regex(/^\d{1,12}(\.\d{1,4})?$/, 'a decimal amount in quotes, e.g. "1000.00"');
const perCurrency = z.record(currency, amount);
const level = z.enum(["approve", "typed"]);
const channel = z.enum(["form", "card", "page", "terminal", "token"]);

/** The owner's policy file. Unknown keys are errors: a misspelt limit would be no limit. */
export const policySchema = z.strictObject({
  $schema: z.string().optional().describe("Address of this schema, for editors."),
  version: z.int().min(1).max(1).describe("Version of this format: 1."),
  mode: z
    .enum(["full", "draft-only", "read-only"])
    .default("full")
    .describe("Upper bound of --mode: the server never offers more than this."),
  limits: z
    .strictObject({
      max_gross_per_invoice: perCurrency
        .optional()
        .describe("Highest gross of one invoice, per currency. Once set, other currencies are refused."),
      max_sent_per_day: z
        .strictObject({
          count: z.int().min(0).max(100_000).optional().describe("Highest number of invoices sent or re-addressed."),
          gross: perCurrency.optional().describe("Highest sum of gross, per currency. Once set, others are refused."),
        })
        .optional()
        .describe("What may be sent within 24 hours."),
      allowed_currencies: z.array(currency).optional().describe("Only these currencies may be sent."),
      allowed_tax_rates: z
        .array(z.number().min(0).max(100))
        .optional()
        .describe("Only lines with these tax rates (percent) may be sent."),
      max_items: z.int().min(1).max(10_000).optional().describe("Most lines of one invoice."),
      max_due_days: z.int().min(0).max(3_650).optional().describe("Most days from issue (or today) to the due date."),
    })
    .prefault({})
    .describe("Hard limits for sending and re-addressing. They hold even with an approval."),
  levels: z
    .strictObject({
      typed_over: perCurrency
        .optional()
        .describe(
          "Above this gross an approval must be typed, not clicked. Once set, other currencies count as above.",
        ),
      first_invoice: level.default("typed").describe("Level of the first invoice to a customer."),
      mark_paid_with_notice: level.default("typed").describe("Level of marking paid with an e-mail to the customer."),
    })
    .prefault({})
    .describe("How much care an approval takes."),
  approver: z
    .enum(["person", ...APPROVERS])
    .default("person")
    .describe(
      "passkey: only a registered passkey approves, on the page, with its owner verified. other: only another member of the organization than who asked, on the hosted page. other-with-passkey: only another member, with a passkey of theirs. A no counts anywhere.",
    ),
  channels: z
    .strictObject({
      approve: z.array(channel).optional().describe("Channels that may be used at level approve."),
      typed: z.array(channel).optional().describe("Channels that may be used at level typed."),
    })
    .prefault({})
    .describe("Where approvals may be given. Not listed means not used; absent means all that a person answers."),
  unattended: z
    .strictObject({
      enabled: z.boolean().default(false).describe("Approve without a person what stays below the amounts."),
      acts: z
        .array(z.enum(["send_invoice", "mark_paid"]))
        .default([])
        .describe("Acts it covers, never one with a warning that raises its level."),
      below: perCurrency.prefault({}).describe("Gross that must not be reached, per currency."),
    })
    .prefault({})
    .describe("Off by default."),
});

export type Policy = z.output<typeof policySchema> & {
  /** sha256 of the canonical file, for the record of who allowed what; null without a file. */
  readonly hash: string | null;
};

/** What holds without a policy file: no limits, the built-in levels, every channel that a person answers. */
export const defaultPolicy: Policy = { ...policySchema.parse({ version: 1 }), hash: null };

/** Published as `docs/policy.schema.json`. */
export function policyJsonSchema(): Record<string, unknown> {
  return { title: "invoicing-mcp policy", ...z.toJSONSchema(policySchema, { io: "input" }) };
}

/** Reads parsed JSON. Throws `ConfigError` naming the first wrong key. */
export function parsePolicy(json: unknown, source = "the policy"): Policy {
  const parsed = policySchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.length === 0 ? "top level" : issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`${source} is not valid: ${problems.join("; ")}.`, {
      next: "Correct it (docs/policy.schema.json describes every key), then start again.",
    });
  }
  const clash = approverClash(parsed.data);
  if (clash !== null) {
    throw new ConfigError(`${source} wants ${WANTED[clash.approver]} for every approval, but ${clash.why}.`, {
      next: "Take one of the two out: which one holds would be a guess.",
    });
  }
  return { ...parsed.data, hash: createHash("sha256").update(JSON.stringify(json)).digest("hex") };
}

/** What the owner's policy asks for, in its sentences. */
export const WANTED: Readonly<Record<Approver, string>> = {
  passkey: "a passkey",
  other: "a second person",
  "other-with-passkey": "a second person with a passkey",
};

/** Whether nobody approves what they asked themselves. */
export function wantsSecondPerson({ approver }: Pick<Policy, "approver">): boolean {
  return approver !== "person" && TAKES[approver].other;
}

/** What else in the file contradicts its `approver`. */
function approverClash({
  approver,
  channels,
  unattended,
}: z.output<typeof policySchema>): { readonly approver: Approver; readonly why: string } | null {
  if (approver === "person") return null;
  if (unattended.enabled) return { approver, why: "unattended approves without anybody" };
  const lists = [channels.approve, channels.typed].filter((list) => list !== undefined);
  return lists.some((list) => !list.includes("page"))
    ? { approver, why: "channels keeps it off the page, where alone it can be given" }
    : null;
}

const MAX_BYTES = 65_536;

/** Reads the owner's file. Refuses one that others could have written, that cannot be read, or that has unknown keys. */
export function loadPolicy(path: string): Policy {
  const file = resolve(path);
  const refuse = (reason: string, next: string): never => {
    throw new ConfigError(`The policy file ${file} ${reason}.`, { next });
  };
  let text: string;
  let fd: number | null = null;
  try {
    // A pipe that nobody writes into would be waited for.
    fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(fd);
    if (!stat.isFile()) return refuse("is not a file", "Name a JSON file.");
    if (stat.size > MAX_BYTES) return refuse(`is larger than ${MAX_BYTES} bytes`, "Name a JSON policy file.");
    checkOwner(stat, refuse);
    const folder = statSync(dirname(file));
    // In a folder that others can write to, the file itself can be replaced; the sticky bit (as on /tmp) forbids that.
    if (process.platform !== "win32" && (folder.mode & 0o022) !== 0 && (folder.mode & 0o1000) === 0) {
      return refuse("lies in a folder that others can write to", `Run: chmod go-w "${dirname(file)}"`);
    }
    text = readFileSync(fd, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return refuse(`cannot be read (${code})`, "Check the path and its permissions, or start without --policy.");
  } finally {
    if (fd !== null) closeSync(fd);
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return refuse("is not JSON", "Correct it; comments and trailing commas are not allowed.");
  }
  const twice = duplicateKey(text);
  if (twice !== null) {
    return refuse(`has the key ${oneLine(twice, 80)} twice`, "Keep one of them: which one holds would be a guess.");
  }
  return parsePolicy(json, `The policy file ${file}`);
}

/** For a server on one person's computer, where there is nobody else to ask; in the demo no passkey can be registered. */
export function loadLocalPolicy(path: string, demo = false): Policy {
  const policy = loadPolicy(path);
  const { approver } = policy;
  if (demo && approver === "passkey") {
    throw new ConfigError(
      `The policy file ${resolve(path)} wants ${WANTED[approver]} for every approval, and the demo keeps none: its record is in its memory.`,
      { next: "Start the demo without this policy." },
    );
  }
  if (approver === "person" || !TAKES[approver].other) return policy;
  throw new ConfigError(
    `The policy file ${resolve(path)} wants ${WANTED[approver]} for every approval, and only the hosted server has more than one person.`,
    { next: "Set another approver, or run invoicing-mcp serve (docs/hosting.md)." },
  );
}

function checkOwner(
  stat: { readonly uid: number; readonly mode: number },
  refuse: (reason: string, next: string) => never,
): void {
  if (process.platform === "win32") return;
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid && stat.uid !== 0) {
    refuse("belongs to another user", "Copy it to a file of your own, or let root own it.");
  }
  if ((stat.mode & 0o022) !== 0) refuse("can be written by others", "Run: chmod go-w on the file.");
}

/** Acts that put a document with its amounts before a customer; limits on documents hold for them. */
const LIMITED_ACTS: readonly string[] = ["send_invoice", "change_recipient"];

/** Throws `PolicyError` naming the limit. `sent`: what left within 24 hours. Holds even with an approval. */
export function checkPolicy(policy: Policy, plan: Plan, sent: Sent, today: IsoDate): void {
  if (!LIMITED_ACTS.includes(plan.act)) return;
  for (const { invoice } of plan.documents) checkDocument(policy, invoice, today);
  const limits = sendLimits(policy, plan, 0);
  const over = limits === null ? null : overDay(limits, sent);
  if (over !== null) breach(over.limit, over.sentence);
}

function checkDocument(policy: Policy, invoice: Invoice, today: IsoDate): void {
  const { limits } = policy;
  const code = invoice.currency;
  if (limits.allowed_currencies && !limits.allowed_currencies.includes(code)) {
    breach(
      "allowed_currencies",
      `allows ${limits.allowed_currencies.join(", ")}; this invoice is in ${referenceText(code)}`,
    );
  }
  if (limits.max_gross_per_invoice) {
    const limit = limitFor("max_gross_per_invoice", limits.max_gross_per_invoice, code);
    const gross = invoice.total;
    if (gross === null) breach("max_gross_per_invoice", "cannot be checked: the API states no total");
    else if (gross.abs().gt(limit)) {
      breach(
        "max_gross_per_invoice",
        `allows ${formatMoney(limit, code)} gross per invoice; this one is ${formatMoney(gross, code)}`,
      );
    }
  }
  const items = invoice.items;
  if ((limits.max_items !== undefined || limits.allowed_tax_rates) && items === null) {
    breach("max_items", "cannot be checked: the lines were not read");
    return;
  }
  if (limits.max_items !== undefined && items !== null && items.length > limits.max_items) {
    breach("max_items", `allows ${limits.max_items} lines; this invoice has ${items.length}`);
  }
  if (limits.allowed_tax_rates && items !== null) {
    const rates = limits.allowed_tax_rates.map(decimal);
    const wrong = items.find((item) => !rates.some((rate) => rate.eq(item.tax_rate)));
    if (wrong !== undefined) {
      breach(
        "allowed_tax_rates",
        `allows ${limits.allowed_tax_rates.join(", ")} %; a line has ${wrong.tax_rate.toFixed()} %`,
      );
    }
  }
  if (limits.max_due_days !== undefined && invoice.due_date !== null) {
    const days = daysBetween(invoice.issued_at ?? today, invoice.due_date);
    if (!(days <= limits.max_due_days)) {
      breach("max_due_days", `allows ${limits.max_due_days} days until the due date; this invoice has ${days}`);
    }
  }
}

/**
 * What is checked once more when an act that bills is let go; `null` for other acts. `readAt`: the instant before the plan was read.
 * Throws `PolicyError` when the day's sums are limited and none is named for this currency.
 */
export function sendLimits(policy: Policy, plan: Plan, readAt: number): SendLimits | null {
  const invoice = plan.documents[0]?.invoice;
  if (!LIMITED_ACTS.includes(plan.act) || invoice === undefined) return null;
  const day = policy.limits.max_sent_per_day;
  const { currency: code, customer_id, total } = invoice;
  return {
    currency: code,
    gross: total === null ? null : total.abs().toFixed(),
    max_count: day?.count ?? null,
    max_gross: day?.gross === undefined ? null : limitFor("max_sent_per_day.gross", day.gross, code).toFixed(),
    unwarned:
      plan.act !== "send_invoice" || customer_id === null || plan.risks.some((risk) => risk.code === "look_alike")
        ? null
        : { customer_id, since: readAt },
  };
}

function limitFor(name: string, limits: Readonly<Record<string, string>>, code: string): Decimal {
  const limit = Object.hasOwn(limits, code) ? limits[code] : undefined;
  if (limit === undefined) return breach(name, `limits amounts per currency and names none for ${referenceText(code)}`);
  return decimal(limit);
}

function breach(limit: string, sentence: string): never {
  throw policyBreach(limit, sentence);
}

/** True when the owner's policy approves this plan without a person. */
export function isUnattended(policy: Policy, plan: Plan): boolean {
  const { unattended } = policy;
  if (!unattended.enabled || plan.level !== "approve" || plan.documents.length !== 1) return false;
  if (!unattended.acts.some((act) => act === plan.act)) return false;
  const invoice = plan.documents[0]?.invoice;
  if (invoice === undefined || invoice.total === null || invoice.total.lt(0)) return false;
  const below = Object.hasOwn(unattended.below, invoice.currency) ? unattended.below[invoice.currency] : undefined;
  return below !== undefined && invoice.total.lt(below);
}
