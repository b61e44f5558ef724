import { once } from "../once.ts";
import { isLoopback } from "./setting-values.ts";

/** Hands plain texts to the mail server of the settings, one message for each address. */
export interface Mailer {
  /** Rejects with a `NoticeError`; nothing of the message or of the credentials is in it. */
  send(to: string, subject: string, text: string): Promise<void>;
}

/** Where mail is handed in: `smtps` from the first byte, `smtp` with STARTTLS. */
export interface MailSettings {
  readonly url: URL;
  readonly from: string;
}

const TIMEOUT_MS = 10_000;

export function createMailer({ url, from }: MailSettings): Mailer {
  const isSecure = url.protocol === "smtps:";
  const options = {
    host: url.hostname,
    port: Number(url.port === "" ? (isSecure ? 465 : 587) : url.port),
    secure: isSecure,
    // Without, a server that offers no TLS, or somebody in between who takes the offer out, would be told the password.
    requireTLS: !isSecure && !isLoopback(url.hostname),
    ...(url.username === ""
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as const;
  const transport = once(async () => (await import("nodemailer")).createTransport(options));
  return {
    async send(to, subject, text) {
      try {
        await (await transport()).sendMail({
          from,
          to: { name: "", address: to },
          subject,
          text,
          // Out-of-office programs leave it alone.
          headers: { "Auto-Submitted": "auto-generated" },
        });
      } catch (error) {
        throw new NoticeError(reasonOf(error));
      }
    },
  };
}

/** Why a notice did not go out, in words of this server alone. */
export class NoticeError extends Error {}

/** A mail server's own words may repeat the address or the credentials: its codes are enough. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
  const status = "responseCode" in error && typeof error.responseCode === "number" ? ` ${error.responseCode}` : "";
  return `${code}${status}`;
}
