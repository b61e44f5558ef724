const TAGS = /(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP)\+ ?/;

/** Of SEPA words run together in one cell only the purpose and the end-to-end reference are the payer's. */
export function untagged(text: string): string {
  if (!text.includes("SVWZ+")) return text;
  const parts = text.split(TAGS);
  const kept = [parts[0] ?? ""];
  for (let at = 1; at < parts.length; at += 2) {
    const said = (parts[at + 1] ?? "").trim();
    if ((parts[at] === "SVWZ" || parts[at] === "EREF") && said !== "NOTPROVIDED") kept.push(said);
  }
  return kept.join(" ").trim();
}
