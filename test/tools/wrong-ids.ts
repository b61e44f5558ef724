/** Ids that would leave their place in the address if they were taken as they are. */
export const WRONG_IDS = [
  "../invoices",
  "..",
  "%2e%2e%2fusers",
  "a/b",
  "a\\b",
  "181227?o=other",
  "181227#x",
  "181227;x",
  "ä",
  "-1",
  "x".repeat(65),
  "x".repeat(300),
];
