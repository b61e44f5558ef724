/**
 * What the guide leaves open, as data. Each switch has the value the simulator assumes and the others an API could
 * reasonably have, so that a client can be tried against all of them. `rests_on` names the evidence for the default.
 */
export const SWITCHES = {
  void_status: {
    values: ["void", "voided", "canceled", "cancelled"],
    default: "void",
    sentence: "Status word of an invoice after cancel or change-recipient.",
    rests_on: 'Guide: cancel "voids the invoice"; client code reads "void".',
  },
  credit_note_status: {
    values: ["sent", "paid"],
    default: "sent",
    sentence: "Status of a new credit note.",
    rests_on: "Assumption.",
  },
  credit_note_sign: {
    values: ["negative", "positive"],
    default: "negative",
    sentence: "Sign of a credit note's amounts.",
    rests_on: "Help centre: a correction is an invoice with a negative amount.",
  },
  credit_note_flags: {
    values: ["cancellation", "cancellation_and_credit"],
    default: "cancellation",
    sentence: "Which flags a credit note carries: is_cancellation alone, or is_credit too.",
    rests_on: "The connector's invoice schema has both flags; their use is an assumption.",
  },
  credit_note_series: {
    values: ["own", "same"],
    default: "own",
    sentence: "Whether credit notes have their own number series or share the invoices' one.",
    rests_on: "Help centre: own new number; the series is an assumption.",
  },
  credit_note_reference: {
    values: ["present", "absent"],
    default: "present",
    sentence: "Whether a credit note's reference relationship points at the original.",
    rests_on: "Help centre: should refer to the old one; the form is an assumption.",
  },
  cancel_paid: {
    values: ["allow", "refuse"],
    default: "allow",
    sentence: "Whether a paid invoice can be cancelled.",
    rests_on: "Assumption; the guide does not forbid it.",
  },
  cancel_mail: {
    values: ["customer", "none"],
    default: "customer",
    sentence: "Whether a credit note is mailed to the customer of the cancelled invoice.",
    rests_on: "Assumption (the more harmful case).",
  },
  change_recipient_copy: {
    values: ["sent", "draft"],
    default: "sent",
    sentence: "Status of the copy that change-recipient makes.",
    rests_on: "Help centre: a correction invoice with the same amount is created automatically.",
  },
  change_recipient_credit_note: {
    values: ["created", "none"],
    default: "created",
    sentence: "Whether change-recipient also makes a credit note for the original.",
    rests_on: 'Guide: it "cancels the original invoice".',
  },
  customer_ids: {
    values: ["either", "id"],
    default: "either",
    sentence: "Whether a customer may be named by its uuid as well as by its id.",
    rests_on: 'Guide: "new-customer-uuid" in change-recipient, {customer_id} elsewhere.',
  },
  quote_actions: {
    values: ["refuse", "allow"],
    default: "refuse",
    sentence: "Whether set-paid, cancel and change-recipient work on quotes.",
    rests_on: "Assumption.",
  },
  locked_refusal: {
    values: ["422", "403"],
    default: "422",
    sentence: "Status for changing or deleting a document that is no longer a draft.",
    rests_on: "Help centre: impossible once sent; the status is an assumption.",
  },
  send_without_items: {
    values: ["refuse", "allow"],
    default: "refuse",
    sentence: "Whether an invoice without items can be sent.",
    rests_on: "Assumption.",
  },
  send_without_recipient: {
    values: ["refuse", "allow"],
    default: "refuse",
    sentence: "Whether an invoice with neither recipient nor customer can be sent.",
    rests_on: "Assumption.",
  },
  due_date_on_send: {
    values: ["keep", "fill_14_days"],
    default: "keep",
    sentence: "Whether a blank due date is filled on sending.",
    rests_on: "Help centre: an account setting; the default is an assumption.",
  },
  draft_number: {
    values: ["null", "empty"],
    default: "null",
    sentence: "How the number of a draft without one looks.",
    rests_on: "The connector's schema requires a string; the guide says optional.",
  },
  create_with_status: {
    values: ["allow", "refuse"],
    default: "allow",
    sentence: "Whether POST /invoices accepts a status other than draft.",
    rests_on: 'Guide: issued_at is "required when status ≠ draft".',
  },
  action_body: {
    values: ["invoice", "empty", "new"],
    default: "invoice",
    sentence: "Answer of an action: the affected invoice, 204 without a body, or the newly created document.",
    rests_on: "Assumption; undocumented.",
  },
  set_paid_put: {
    values: ["on", "404", "405"],
    default: "on",
    sentence: "PUT set-paid with a body: works, or the route is missing.",
    rests_on: "Guide, Invoice Actions.",
  },
  set_paid_post: {
    values: ["on", "404", "405"],
    default: "on",
    sentence: "POST set-paid with a query: works, or the route is missing.",
    rests_on: "Guide, Step 6.",
  },
  set_paid_default_notification: {
    values: ["off", "on"],
    default: "off",
    sentence: "Whether set-paid without a flag mails the customer.",
    rests_on: "Assumption; undocumented.",
  },
  item_routes: {
    values: ["on", "404", "405"],
    default: "on",
    sentence: "PATCH and DELETE of an item: work, or the route is missing.",
    rests_on: "JSON:API and the vendor's framework; the guide shows neither.",
  },
  delete_draft_route: {
    values: ["on", "404", "405"],
    default: "on",
    sentence: "DELETE of an invoice that is a draft: works, or the route is missing.",
    rests_on: "JSON:API; the webhook invoices.deleted exists. The guide shows no route.",
  },
  update_customer_route: {
    values: ["on", "404", "405"],
    default: "on",
    sentence: "PATCH of a customer: works, or the route is missing.",
    rests_on: "The official connector; the guide does not show it.",
  },
  direction_mismatch: {
    values: ["query", "invoice", "refuse"],
    default: "query",
    sentence: "Which side wins when an item's calculate_from_net query differs from the invoice's attribute.",
    rests_on: "Guide, Step 4: the query parameter decides which amount is required.",
  },
  negative_amounts: {
    values: ["allow", "refuse"],
    default: "allow",
    sentence: "Whether an item's amount may be negative.",
    rests_on: "Help centre: discounts are entered as negative amounts.",
  },
  quantity_below_one: {
    values: ["refuse", "allow"],
    default: "refuse",
    sentence: "Whether an item's quantity may be zero or negative.",
    rests_on: "Assumption.",
  },
  rounding: {
    values: ["line", "rate"],
    default: "line",
    sentence: "Tax is rounded per line and summed, or calculated per rate on the sum.",
    rests_on: "Assumption; vat_breakdown hints at grouping by rate.",
  },
  second_address: {
    values: ["replace", "keep_first"],
    default: "replace",
    sentence: "What a second address does to the customer's address relationship.",
    rests_on: "Assumption.",
  },
  duplicate_email: {
    values: ["allow", "refuse"],
    default: "allow",
    sentence: "Whether two customers may have the same e-mail address.",
    rests_on: "Assumption (the more harmful case).",
  },
  locale_required: {
    values: ["yes", "no"],
    default: "yes",
    sentence: "Whether a customer needs a locale.",
    rests_on: "Guide, Step 2; the connector creates without one.",
  },
  status_filter: {
    values: ["on", "refuse"],
    default: "on",
    sentence: "Whether filter[status] works on invoices or answers 400.",
    rests_on: "Assumption; nobody was seen using it.",
  },
  customer_filter: {
    values: ["on", "refuse"],
    default: "on",
    sentence: "Whether filter[customer_id] works on invoices or answers 400.",
    rests_on: "The connector's placeholder names it; not proof.",
  },
  list_order: {
    values: ["oldest_first", "newest_first"],
    default: "oldest_first",
    sentence: "Order of a list without sort.",
    rests_on: "Assumption.",
  },
  default_page_size: {
    values: ["30", "15"],
    default: "30",
    sentence: "Page size without page[size].",
    rests_on: "The vendor's paginator uses 30, its framework 15.",
  },
  max_page_size: {
    values: ["50", "30"],
    default: "50",
    sentence: "Largest page[size]; more answers 400.",
    rests_on: "50 observed on several resources; the connector says 30.",
  },
  linkage: {
    values: ["included", "always"],
    default: "included",
    sentence: "Whether relationships carry data only when included, or always.",
    rests_on: "The framework's default.",
  },
  flattened_paging: {
    values: ["snake", "dash"],
    default: "snake",
    sentence: "Paging meta of application/json lists: meta.current_page, or meta.page.current-page.",
    rests_on: "The connector reads the first; unverified.",
  },
  date_format: {
    values: ["utc", "offset", "date", "utc_local"],
    default: "utc",
    sentence:
      "How issued_at and due_date come back: midnight in UTC, in the organization's offset, plain date, or the organization's midnight written in UTC.",
    rests_on: "The connector's schema says date-time; examples are in UTC.",
  },
  put_media_type: {
    values: ["any_json", "vnd"],
    default: "any_json",
    sentence: "Whether PUT accepts application/json or only application/vnd.api+json.",
    rests_on: "Conventions page names POST and PATCH only.",
  },
  pdf_link: {
    values: ["present", "absent", "late"],
    default: "present",
    sentence: "Whether meta.download_url is there: always, never, or three seconds after the last change.",
    rests_on: "The connector's schema.",
  },
  xml_link: {
    values: ["absent", "present"],
    default: "absent",
    sentence: "Whether sent invoices have meta.xml_download_url.",
    rests_on: "The connector's schema; optional there.",
  },
  seller_data: {
    values: ["present", "sent", "no_vat_number", "absent"],
    default: "present",
    sentence: "Which documents carry seller_data: all, only sent ones, all without a VAT number, none.",
    rests_on: "The connector's schema has the field; when it is filled is not said.",
  },
  query_refusal: {
    values: ["named", "page"],
    default: "named",
    sentence: "Body of a 400 for a query parameter: a JSON:API error that names it, or a web page that says nothing.",
    rests_on: "The framework's errors name it; what stands in front of the API may replace them.",
  },
  missing_organization: {
    values: ["403", "400"],
    default: "403",
    sentence: "Answer when neither the token nor o names an organization.",
    rests_on: "Assumption.",
  },
  tenant_conflict: {
    values: ["claim", "refuse"],
    default: "claim",
    sentence: "When o differs from the token's tenant claim: the claim wins, or 403.",
    rests_on: "Conventions page lists the claim first.",
  },
  organizations: {
    values: ["one", "several"],
    default: "one",
    sentence: "How many organizations the token sees.",
    rests_on: "Client code: a token may see several.",
  },
  organization_list: {
    values: ["on", "403", "empty"],
    default: "on",
    sentence: "Whether a token may list its organizations: yes, refused with 403, or an empty list.",
    rests_on: "Scopes are per resource type; a token without organizations:index is thinkable.",
  },
  active_organization: {
    values: ["present", "null"],
    default: "present",
    sentence: "Whether GET /user names an active organization.",
    rests_on: "The connector reads it.",
  },
  abilities: {
    values: ["all", "read_only", "invoices_only"],
    default: "all",
    sentence: "What the token may do: everything, only read, or nothing with customers; anything else answers 403.",
    rests_on: "Guide, Common Errors.",
  },
  token_answer: {
    values: ["documented", "rfc6749"],
    default: "documented",
    sentence: "How POST /oauth/token tells when a token lapses: expiresAt, or expires_in in seconds.",
    rests_on: "Authentication page, for the code; the renewal's answer is not shown.",
  },
  rate_limits: {
    values: ["off", "on"],
    default: "off",
    sentence: "400 reads and 100 writes a minute, 4 identical requests a second; 429 beyond.",
    rests_on: "Rate-limiting page.",
  },
} as const;

export type SwitchName = keyof typeof SWITCHES;
export type Switches = { readonly [K in SwitchName]: (typeof SWITCHES)[K]["values"][number] };

export const SWITCH_NAMES: readonly SwitchName[] = Object.keys(SWITCHES).filter(isSwitchName);

/** The defaults of all switches. */
export function defaultSwitches(): Switches {
  return parseSwitches(Object.fromEntries(Object.entries(SWITCHES).map(([name, { default: value }]) => [name, value])));
}

/** Reads a patch of switches from untrusted data. Throws `TypeError` that names the unknown switch or value. */
export function switchPatch(patch: unknown): Partial<Switches> {
  if (typeof patch !== "object" || patch === null) throw new TypeError("Switches are an object of names and values.");
  const entries = Object.entries(patch).filter(([, value]) => value !== undefined);
  for (const [name, value] of entries) {
    if (!isSwitchName(name)) throw new TypeError(`There is no switch "${name}".`);
    const { values } = SWITCHES[name];
    if (!values.some((allowed) => allowed === value)) {
      throw new TypeError(`Switch "${name}" takes ${values.join(", ")}; not "${String(value)}".`);
    }
  }
  const checked: unknown = Object.fromEntries(entries);
  if (!isPatch(checked)) throw new TypeError("Switches are an object of names and values.");
  return checked;
}

function parseSwitches(values: object): Switches {
  const patch = switchPatch(values);
  if (!isComplete(patch)) throw new TypeError("A switch is missing.");
  return patch;
}

function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(SWITCHES, name);
}

function isPatch(value: unknown): value is Partial<Switches> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).every(([name, item]) => isSwitchName(name) && SWITCHES[name].values.some((v) => v === item))
  );
}

function isComplete(patch: Partial<Switches>): patch is Switches {
  return Object.keys(SWITCHES).every((name) => Object.hasOwn(patch, name));
}
