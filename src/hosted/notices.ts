import type { ProxySettings } from "../api/proxy.ts";
import { sumPerCurrency } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";
import { wantsSecondPerson } from "../guard/policy.ts";
import type { Act, Plan } from "../guard/port.ts";
import { amountText, type Language, languageOf, say, unbroken } from "../guard/wording.ts";
import type { Tenant } from "./access.ts";
import type { Logger } from "./log.ts";
import { createMailer, type Mailer, NoticeError } from "./mail.ts";
import type { Metrics } from "./metrics.ts";
import { rightOfAct } from "./scopes.ts";
import type { HostedConfig } from "./settings.ts";
import { createWebhook } from "./webhook.ts";

export interface NoticesOptions {
  readonly hosted: Pick<HostedConfig, "issuer" | "mail_url" | "mail_from">;
  /** The approval page, as people open it. */
  readonly page: string;
  readonly proxy: ProxySettings | null;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "noticed">;
}

/** Tells people that something waits on the approval page, where the access file says how to reach them. */
export interface Notices {
  /** Never throws and waits for nothing: who asked is told the page's address as well. */
  tell(tenant: Tenant, principal: string, plan: Plan): void;
  /** Resolves when nothing is under way any more; every way has its time-outs. */
  close(): Promise<void>;
}

type Way = "mail" | "webhook";

/** A server that does not answer must not fill the memory. How many questions may wait at a time is the guard's to say. */
const MOST_UNDER_WAY = 100;

export function createNotices({ hosted, page, proxy, log, metrics }: NoticesOptions): Notices {
  const { mail_url, mail_from } = hosted;
  const mailer: Mailer | null =
    mail_url === undefined || mail_from === undefined ? null : createMailer({ url: mail_url, from: mail_from });
  const post = createWebhook(proxy);
  const underWay = new Set<Promise<void>>();

  function start(way: Way, tenant: Tenant, send: () => Promise<void>): void {
    const told = (outcome: "sent" | "failed" | "dropped", why?: string) => {
      metrics.noticed(way, outcome);
      const fields = {
        event: `notice_${outcome}`,
        way,
        organization: tenant.id,
        ...(why === undefined ? {} : { why }),
      };
      if (outcome === "sent") log.info(fields, "told where to approve");
      else log.warn(fields, "nobody was told where to approve; the answer of the call names the page");
    };
    if (underWay.size >= MOST_UNDER_WAY) {
      told("dropped", "too many are under way");
      return;
    }
    const work = send().then(
      () => told("sent"),
      (error: unknown) => told("failed", error instanceof NoticeError ? error.message : "unknown"),
    );
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  return {
    tell(tenant, principal, plan) {
      const addresses = mailer === null ? [] : addressesFor(tenant, principal, plan.act, hosted.issuer);
      if (addresses.length === 0 && tenant.webhook === undefined) return;
      const { subject, text, line } = noticeText(plan, page);
      for (const address of addresses) {
        start("mail", tenant, async () => mailer?.send(address, subject, text));
      }
      const { webhook } = tenant;
      if (webhook !== undefined) start("webhook", tenant, () => post(webhook, line));
    },
    async close() {
      await Promise.all(underWay);
    },
  };
}

/**
 * Of those who can answer: where a second person has to, the other members who may do the act; else who asked. Entries by a
 * claim name a list of people, and cannot leave out the one who asked.
 */
function addressesFor(tenant: Tenant, principal: string, act: Act, issuer: string | undefined): readonly string[] {
  const wantsOther = wantsSecondPerson(tenant.policy);
  const found = tenant.members.flatMap((member) => {
    if ("key" in member || member.mail === undefined) return [];
    const isAsking = "subject" in member && `${issuer}|${member.subject}` === principal;
    const isFor = wantsOther ? !isAsking && member.rights.includes(rightOfAct(act)) : isAsking;
    return isFor ? [member.mail] : [];
  });
  return [...new Set(found)];
}

const ACT: Readonly<Record<Act, Readonly<Record<Language, string>>>> = {
  send_invoice: { en: "send an invoice", de: "Rechnung senden" },
  mark_paid: { en: "mark an invoice as paid", de: "Rechnung als bezahlt markieren" },
  cancel_invoice: { en: "cancel an invoice", de: "Rechnung stornieren" },
  change_recipient: { en: "change the recipient of an invoice", de: "Empfänger einer Rechnung ändern" },
  settle_payments: { en: "mark invoices as paid", de: "Rechnungen als bezahlt markieren" },
  resolve_operation: { en: "record what became of an operation", de: "Ausgang eines Vorgangs festhalten" },
};

/** Organization, act, amount and the page; nothing of customers or documents, because mail and chats are read by others. */
export function noticeText(
  plan: Pick<Plan, "act" | "organization" | "documents" | "locale">,
  page: string,
): { readonly subject: string; readonly text: string; readonly line: string } {
  const language = languageOf(plan.locale);
  const organization = nameOf(plan);
  const what = [ACT[plan.act][language], amountOf(plan, language)].filter((part) => part !== "").join(", ");
  const simulator = plan.organization.simulator ? "SIMULATOR: " : "";
  const head = `${simulator}${organization}: ${what}`;
  const asked = say(language, "waits for approval", "wartet auf Freigabe");
  const where = say(language, "Read it and answer here", "Hier lesen und antworten");
  return {
    subject: `${head} ${say(language, "(approval)", "(Freigabe)")}`,
    text: [
      `${head}.`,
      "",
      `${where}: ${page}`,
      "",
      say(
        language,
        "Nothing happens until somebody signs in there and approves. This message approves nothing; no answer to it is read.",
        "Nichts geschieht, bevor sich dort jemand anmeldet und freigibt. Diese Nachricht gibt nichts frei; Antworten darauf liest niemand.",
      ),
      "",
    ].join("\n"),
    line: `${head} ${asked}. ${where}: ${page}`,
  };
}

/** A name comes from the API: in a chat it must not call people, link or dress as something else. */
function nameOf({ organization: { id, name } }: Pick<Plan, "organization">): string {
  const plain = oneLine(name ?? "", 80)
    .replaceAll(/[^\p{L}\p{M}\p{N} .,'()+-]/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
  return plain === "" ? id : plain;
}

function amountOf({ documents }: Pick<Plan, "documents">, language: Language): string {
  const totals = documents.flatMap(({ invoice: { currency, total } }) =>
    total === null ? [] : [{ currency, amount: total }],
  );
  // A sum of some would be read as that of all.
  if (totals.length < documents.length) return "";
  const sums = [...sumPerCurrency(totals)].map(([currency, sum]) => amountText(sum, currency, language));
  return unbroken(sums.join(" + "), language);
}
