# The server and all its plugins on Debian 12, without a configuration: mount one at /etc/chuks-kitchen (compose.yaml,
# deploy/kubernetes).
FROM debian:12 AS build
WORKDIR /source
COPY scripts/packages.sh scripts/
RUN bash -c 'source scripts/packages.sh && install_missing "${packages_build[@]}"'
COPY . .
RUN cmake --preset release -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
 && cmake --build build/release --target server && cmake --install build/release --strip
# The Debian packages of the libraries that the program and its plugins were linked with
RUN deploy/runtime-packages /usr/local > /runtime-packages

FROM debian:12-slim
COPY --from=build /runtime-packages /tmp/
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      ca-certificates tzdata $(cat /tmp/runtime-packages) && rm -rf /var/lib/apt/lists/* /tmp/runtime-packages \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin chuks-kitchen
COPY --from=build /usr/local/ /usr/local/
USER 10001:10001
# What may be written with a read-only root
ENV TMPDIR=/var/tmp
ENV KITCHEN_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["chuks-kitchen"]
CMD ["serve", "--config", "/etc/chuks-kitchen/production.yaml"]
