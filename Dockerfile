# The hosted server (docs/hosting.md). Nothing but Node and the bundle is in the image.
FROM node:22-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:22-slim
ENV NODE_ENV=production \
    INVOICES_HTTP_LISTEN=0.0.0.0:8080 \
    INVOICES_HTTP_ADMIN_LISTEN=0.0.0.0:9090
COPY --from=build /src/dist /app
USER 1000:1000
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/cli.js"]
CMD ["serve"]
