/** The guarded acts. `settle_payments` is a batch of `mark_paid`; `resolve_operation` is a person's verdict. */
export const ACTS = [
  "send_invoice",
  "mark_paid",
  "cancel_invoice",
  "change_recipient",
  "settle_payments",
  "resolve_operation",
] as const;
export type Act = (typeof ACTS)[number];
