FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Without development dependencies: no embedded PostgreSQL, no test tools, no second Node. Without optional ones, too:
# what libraries could work with besides (drizzle-kit, vitest) would come along.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
# What the simulator writes for developers (dev.json) goes to .data, the ledger of erasures to where a volume belongs
# that outlives the container and is in no backup of the database; nothing else is writable.
RUN install -d -o node -g node .data /var/lib/otpost
ENV ERASURES_FILE=/var/lib/otpost/erasures.ndjson
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY drizzle drizzle
COPY docs/errors.md docs/
COPY src src
USER node
EXPOSE 4000
# The probe is a Node of its own: on a busy machine it takes over three seconds to start.
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
