# furiosa-server as a container image. Build it at the root of a clone:
#   docker build -t furiosa-server .
# It runs as a user without a name or rights, needs no shell, and writes nowhere: start it with --read-only.
#   docker run --read-only --cap-drop ALL -p 8080:8080 -p 8081:8081 -v $PWD/models:/mnt/models:ro furiosa-server
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm \
  node scripts/setup.mjs --clean \
  && npm prune --omit=dev \
  && node scripts/image-engines.mjs

FROM ${NODE_IMAGE}
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE /app/NOTICE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist/src ./dist/src
COPY --from=build /app/dist/web ./dist/web
# Models from addresses such as s3:// are kept below it: mount a folder there for them.
ENV XDG_CACHE_HOME=/var/cache
# By number: Kubernetes cannot tell by a name that it is not root.
USER 65532:65532
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
# In this form there is no shell between the signal and the server. The options are those of bin/furiosa.js.
ENTRYPOINT ["node", "--v8-pool-size=1", "--single-threaded-gc", "--max-semi-space-size=4", "/app/bin/furiosa-kserve.js"]
