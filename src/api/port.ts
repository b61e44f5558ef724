import type { Customer, CustomerChanges, CustomFieldFilter, NewAddress, NewCustomer } from "../domain/customer.ts";
import type { Invoice, InvoiceChanges, Item, ItemChanges, NewInvoice, NewItem } from "../domain/invoice.ts";
import type { Organization } from "../domain/organization.ts";
import type { InvoicingError } from "../errors.ts";

/**
 * What the rest of the server may ask of the invoices API. Wire words (JSON:API, `o`, page numbers, media types) stop
 * behind this interface. Reads throw `InvoicingError`; writes never throw for what the network or the API did: they
 * return the evidence, because "it failed" and "nobody knows" must not look alike.
 */
export interface InvoicesApi extends ReadingApi, WritingApi {}

/** What changes nothing: all that tools and reconciliation are given. */
export interface ReadingApi {
  /** The organization all calls are scoped to. Asked once, then remembered. */
  organization(options?: CallOptions): Promise<Organization>;

  listCustomers(query: CustomerQuery, options?: CallOptions): Promise<Page<Customer>>;
  /** Address included. */
  getCustomer(id: string, options?: CallOptions): Promise<Customer>;
  listInvoices(query: InvoiceQuery, options?: CallOptions): Promise<Page<Invoice>>;
  /** Items and customer included. */
  getInvoice(id: string, options?: CallOptions): Promise<Invoice>;
  /** Fetches a document by the link the API gave (same origin only). `null` when there is none. */
  fetchDocument(invoiceId: string, kind: DocumentKind, options?: CallOptions): Promise<DocumentFile | null>;
}

/** What may change something: for acts, let go by the journal. */
export interface WritingApi {
  /**
   * Takes a place in the write budget beforehand, so that a write given it as `slot` need not wait. Throws
   * RateLimitedError when the wait would be too long.
   */
  readyToWrite(options?: CallOptions): Promise<WriteSlot>;
  createCustomer(customer: NewCustomer, options?: CallOptions): Promise<WriteEvidence<{ readonly id: string }>>;
  createAddress(
    customerId: string,
    address: NewAddress,
    options?: CallOptions,
  ): Promise<WriteEvidence<{ readonly id: string }>>;
  /** `invoice`: as the answer shows it, without lines; absent or `null`: unreadable. */
  createInvoice(
    invoice: NewInvoice,
    options?: CallOptions,
  ): Promise<WriteEvidence<{ readonly id: string; readonly invoice?: Invoice | null }>>;
  /** `invoice`: as the answer shows it, without lines and customer unless unasked; `null`: unreadable. */
  updateInvoice(
    id: string,
    changes: InvoiceChanges,
    options?: CallOptions,
  ): Promise<WriteEvidence<{ readonly id: string; readonly invoice: Invoice | null }>>;
  /** `calculateFromNet` is the invoice's own direction; it goes into the query as the guide demands. `item`: as it was stored. */
  addItem(
    invoiceId: string,
    item: NewItem,
    calculateFromNet: boolean,
    options?: CallOptions,
  ): Promise<WriteEvidence<{ readonly id: string; readonly item: Item | null }>>;
  /** This and the three that follow may end as `rejected` or `not_sent` with a RouteMissingError. */
  updateCustomer(
    id: string,
    changes: CustomerChanges,
    options?: CallOptions,
  ): Promise<WriteEvidence<{ readonly id: string }>>;
  /** Amount in the invoice's own direction, as in `addItem`. */
  updateItem(
    invoiceId: string,
    itemId: string,
    changes: ItemChanges,
    calculateFromNet: boolean,
    options?: CallOptions,
  ): Promise<WriteEvidence<{ readonly id: string }>>;
  removeItem(invoiceId: string, itemId: string, options?: CallOptions): Promise<WriteEvidence<null>>;
  deleteInvoice(id: string, options?: CallOptions): Promise<WriteEvidence<null>>;
  /** Actions: the invoice of the answer, without lines and customer unless the API shows them unasked; `null`: unreadable. */
  sendInvoice(id: string, options?: CallOptions): Promise<WriteEvidence<Invoice>>;
  markPaid(id: string, sendNotification: boolean, options?: CallOptions): Promise<WriteEvidence<Invoice>>;
  cancelInvoice(id: string, options?: CallOptions): Promise<WriteEvidence<Invoice>>;
  changeRecipient(id: string, customerId: string, options?: CallOptions): Promise<WriteEvidence<Invoice>>;
}

export interface CallOptions {
  /** Honoured until the request is handed to a socket; a write that left is never aborted by the caller. */
  readonly signal?: AbortSignal;
  /** Value of `Accept-Language`: the API translates texts and error messages by it. */
  readonly language?: string;
  /** A write not handed to a socket by this instant (milliseconds since the epoch) ends as `not_sent`. */
  readonly not_after?: number;
  /** Of `readyToWrite`. */
  readonly slot?: WriteSlot;
}

/** A place in the write budget, for one request. */
export interface WriteSlot {
  /** `true` the first time. */
  take(): boolean;
}

export type DocumentKind = "pdf" | "xml";

export interface DocumentFile {
  readonly bytes: Uint8Array;
  readonly media_type: string;
}

/** One page, in the order the API gave. */
export interface Page<T> {
  readonly items: readonly T[];
  /** 1-based. */
  readonly page: number;
  readonly last_page: number | null;
  readonly total: number | null;
  /** Filters that the API refused (400) and that this page is therefore NOT filtered by: filter on this side. */
  readonly unapplied: readonly string[];
}

export interface CustomerQuery {
  /** Exact, case-insensitive. */
  readonly email?: string;
  /** Fuzzy: name, e-mail, phone. */
  readonly search?: string;
  readonly custom_fields?: readonly CustomFieldFilter[];
  readonly page?: number;
  /** At most 30, the published maximum. */
  readonly page_size?: number;
}

export interface InvoiceQuery {
  readonly search?: string;
  /** The API's status word, e.g. `sent`. Support is not documented: look at `unapplied`. */
  readonly status?: string;
  /** Support is not documented: look at `unapplied`. */
  readonly customer_id?: string;
  readonly sort?: "created_at" | "-created_at";
  readonly include_items?: boolean;
  readonly page?: number;
  readonly page_size?: number;
}

/**
 * What is known after a write. `sent` begins when a socket was handed over, not when bytes were acknowledged.
 * - `not_sent`: proven that nothing left (DNS, refused, TLS, aborted before dispatch, own rate budget).
 * - `rejected`: an HTTP answer that says it was not done (400, 401, 403, 404, 405, 409, 410, 415, 422, 429).
 * - `unknown`: the request left and no conclusive answer came (reset, timeout, 408, 5xx, 3xx; a 2xx without the API's own
 *   document: empty, a web page, about something else).
 * - `applied`: 2xx with a document of the expected type. `resource` is `null` where the document cannot be read: read again.
 */
export type WriteEvidence<R> =
  | { readonly kind: "not_sent"; readonly error: InvoicingError }
  | { readonly kind: "rejected"; readonly status: number; readonly error: InvoicingError }
  | { readonly kind: "unknown"; readonly status: number | null; readonly reason: string }
  | { readonly kind: "applied"; readonly resource: R | null; readonly reason?: string };
