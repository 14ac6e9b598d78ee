# The database of docker/compose.yaml: Debian's PostgreSQL 15, reached through a Unix socket only.
# SPDX-License-Identifier: Apache-2.0
#
# Not the official postgres image: its server comes from another archive than Debian's, with other
# versions than the ones everything here is tested with, and it does not know our users, so that it
# could not tell by their numbers who asks.

FROM debian:bookworm-slim
# Before the package, which else would take any free numbers: a volume outlives its image, so the
# owner of its files must be the same in the next one. The other three are the service's users.
RUN groupadd --gid 10003 postgres \
    && useradd --uid 10003 --gid 10003 --no-create-home --home-dir /var/lib/postgresql \
        --shell /bin/bash postgres \
    && groupadd --gid 10001 aidledger \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin aidledger \
    && useradd --uid 10002 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin aidledger-migrate \
    && useradd --uid 10004 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin aidledger-seal
COPY service/host/packages.sh /tmp/
RUN /tmp/packages.sh run \
    && rm -rf /tmp/packages.sh /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
# Who is not of the group does not pass to the socket; a new volume takes over owner and mode.
RUN install -d -o postgres -g postgres -m 0700 /var/lib/aidledger \
    && install -d -o postgres -g aidledger -m 0710 /run/aidledger
COPY docker/postgres/postgresql.conf docker/postgres/pg_hba.conf docker/postgres/pg_ident.conf \
     /etc/aidledger/
COPY docker/postgres/start.sh /usr/local/bin/aidledger-postgres

LABEL org.opencontainers.image.title="aidledger-postgres" \
      org.opencontainers.image.description="PostgreSQL 15 of Debian 12, set up for aidledger" \
      org.opencontainers.image.licenses="Apache-2.0 AND PostgreSQL"
# So that psql and pg_isready, called in the container, need no arguments.
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PGHOST=/run/aidledger PGUSER=aid PGDATABASE=aidledger
VOLUME ["/var/lib/aidledger", "/run/aidledger"]
USER 10003:10003
# Fast shutdown: SIGTERM would wait until the last client has gone by itself.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 CMD ["pg_isready"]
ENTRYPOINT ["aidledger-postgres"]
