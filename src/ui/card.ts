import { CARD_SCRIPT, CARD_SCRIPT_HASH, STYLE, STYLE_HASH } from "./assets.ts";
import { CARD_MEDIA_TYPE, CARD_URI } from "./names.ts";
import type { InvoiceView, PlanView } from "./plan-view.ts";

/** Value of `_meta["invoicing/approval"]`. The secret goes nowhere else. */
export interface ApprovalMeta {
  readonly approval_id: string;
  readonly secret: string;
  /** One-time address of the approval page, as long as no view reported that it stands. */
  readonly page?: string;
  readonly view: PlanView;
}

/** Value of `_meta["invoicing/view"]`: a plan that needs no answer here, or one document. */
export type ViewMeta =
  | PlanView
  | {
      readonly document: InvoiceView;
      readonly organization: { readonly id: string; readonly name: string | null };
      readonly simulator: boolean;
      /** The language the document's amounts and dates are written in; English when absent. */
      readonly locale?: "de" | "en";
    };

/** Listing and `_meta.ui` of the resource: no network, no permissions, its own border. */
export const cardResource = {
  uri: CARD_URI,
  name: "invoice-card",
  title: "Invoice and approval",
  description: "Shows an invoice and, where an act needs a person, asks for approval.",
  mimeType: CARD_MEDIA_TYPE,
  _meta: {
    ui: {
      csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
      prefersBorder: false,
    },
  },
} as const;

const CSP = [
  "default-src 'none'",
  `script-src '${CARD_SCRIPT_HASH}'`,
  `style-src '${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The whole card in one document that loads nothing. Constant: everything variable arrives by message. */
export function cardHtml(): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${CSP}">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>Invoice</title>` +
    `<style>${STYLE}</style></head><body><script>${CARD_SCRIPT}</script></body></html>`
  );
}
