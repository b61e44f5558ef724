export interface PageText {
  readonly html: string;
  /** Goes into the Content-Security-Policy header. */
  readonly csp: string;
}

interface LocalPage {
  /** Fresh random base64 for every answer. */
  readonly nonce: string;
  readonly language: "de" | "en";
  readonly title: string;
  readonly className: string;
  readonly style: string;
  readonly scripts: readonly string[];
  /** Markup of the page where it works without scripts, by forms that are sent to its own server. */
  readonly main?: string;
  /** A path of this server where browsers without scripts go on. */
  readonly plain?: string;
  /** A path of this server where its people sign in again. */
  readonly signIn?: string;
}

/** A page of this machine: runs its own scripts alone, talks to its own server alone, is shown in no frame. */
export function localPage({
  nonce,
  language,
  title,
  className,
  style,
  scripts,
  main,
  plain,
  signIn,
}: LocalPage): PageText {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(nonce))
    throw new TypeError("The nonce must be at least 16 base64 characters.");
  const csp = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    `form-action ${main === undefined ? "'none'" : "'self'"}`,
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const html =
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="referrer" content="${main === undefined ? "no-referrer" : "same-origin"}">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>` +
    (plain === undefined ? "" : `<noscript><meta http-equiv="refresh" content="0;url=${plain}"></noscript>`) +
    `<link rel="icon" href="data:,"><style nonce="${nonce}">${style}</style></head>` +
    `<body class="${className}"${signIn === undefined ? "" : ` data-sign-in="${signIn}"`}>${main ?? ""}${scripts.map((script) => `<script nonce="${nonce}">${script}</script>`).join("")}</body></html>`;
  return { html, csp };
}
